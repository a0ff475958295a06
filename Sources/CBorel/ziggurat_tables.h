/* Layer edges and heights of the ziggurats in ziggurat.c. */
#ifndef BOREL_ZIGGURAT_TABLES_H
#define BOREL_ZIGGURAT_TABLES_H
extern const double borel_normal_x[257];
extern const double borel_normal_y[257];
extern const double borel_exponential_x[257];
extern const double borel_exponential_y[257];
#endif
