/* Coefficient tables of the special functions. */
#ifndef BOREL_SPECIAL_TABLES_H
#define BOREL_SPECIAL_TABLES_H
extern const double borel_erfcx_terms[26];
extern const double borel_zeta_minus_one[32];
extern const double borel_temme_terms[10][24];
extern const double borel_debye_terms[13][13];
extern const double borel_legendre_nodes[8];
extern const double borel_legendre_weights[8];
#endif
