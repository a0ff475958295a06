/* The C interface of BridgeStan 2.9 (Roualdes et al. 2023), as libraries made by `borel compile` export it. */
#ifndef BOREL_BRIDGESTAN_H
#define BOREL_BRIDGESTAN_H
#include <stdbool.h>
#include <stddef.h>

typedef struct bs_model bs_model;
typedef struct bs_rng bs_rng;
typedef void (*STREAM_CALLBACK)(const char *data, size_t size);

extern const int bs_major_version, bs_minor_version, bs_patch_version;

/* Functions that return an int give 0, or -1 with a message that `bs_free_error_msg` releases. A model may be shared by
 * threads; a generator belongs to one. */
bs_model *bs_model_construct(const char *data, unsigned int seed, char **error_msg);
void bs_model_destruct(bs_model *m);
void bs_free_error_msg(char *error_msg);
const char *bs_name(const bs_model *m);
const char *bs_model_info(const bs_model *m);
const char *bs_param_names(const bs_model *m, bool include_tp, bool include_gq);
const char *bs_param_unc_names(const bs_model *m);
int bs_param_num(const bs_model *m, bool include_tp, bool include_gq);
int bs_param_unc_num(const bs_model *m);
int bs_param_constrain(const bs_model *m, bool include_tp, bool include_gq, const double *theta_unc, double *theta,
                       bs_rng *rng, char **error_msg);
int bs_param_unconstrain(const bs_model *m, const double *theta, double *theta_unc, char **error_msg);
int bs_param_unconstrain_json(const bs_model *m, const char *json, double *theta_unc, char **error_msg);
int bs_param_initialize(const bs_model *m, const char *json, bs_rng *rng, double init_radius, int max_tries,
                        bool jacobian, double *theta_unc, char **error_msg);
int bs_log_density(const bs_model *m, bool propto, bool jacobian, const double *theta_unc, double *lp,
                   char **error_msg);
int bs_log_density_gradient(const bs_model *m, bool propto, bool jacobian, const double *theta_unc, double *val,
                            double *grad, char **error_msg);
int bs_log_density_hessian(const bs_model *m, bool propto, bool jacobian, const double *theta_unc, double *val,
                           double *grad, double *hessian, char **error_msg);
int bs_log_density_hessian_vector_product(const bs_model *m, bool propto, bool jacobian, const double *theta_unc,
                                          const double *vector, double *val, double *hvp, char **error_msg);
bs_rng *bs_rng_construct(unsigned int seed, char **error_msg);
void bs_rng_destruct(bs_rng *rng);
int bs_set_print_callback(STREAM_CALLBACK callback, char **error_msg);

#endif
