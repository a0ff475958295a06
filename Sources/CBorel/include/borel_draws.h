/* Draws from standard families; every function returns NaN for parameters outside its domain. */
#ifndef BOREL_DRAWS_H
#define BOREL_DRAWS_H
#include "borel_random.h"

double borel_draw_laplace(borel_stream *s);
double borel_draw_logistic(borel_stream *s);
double borel_draw_gumbel(borel_stream *s);
double borel_draw_cauchy(borel_stream *s);
double borel_draw_gamma(borel_stream *s, double a);
double borel_draw_log_gamma(borel_stream *s, double a);
double borel_draw_chi_squared(borel_stream *s, double nu);
double borel_draw_beta(borel_stream *s, double a, double b);
double borel_draw_student_t(borel_stream *s, double nu);
double borel_draw_von_mises(borel_stream *s, double kappa);

double borel_draw_uniform_int(borel_stream *s, double n);
double borel_draw_poisson(borel_stream *s, double mu);
double borel_draw_binomial(borel_stream *s, double n, double theta);
double borel_draw_neg_binomial(borel_stream *s, double r, double theta);
double borel_draw_geometric(borel_stream *s, double theta);
double borel_draw_hypergeometric(borel_stream *s, double n, double a, double b);

/* Index drawn with probability weights[i] / sum; -1 when the weights are negative, not finite or all zero. */
int64_t borel_draw_categorical(borel_stream *s, const double *weights, int64_t count);
/* Index drawn with probability softmax(logits)[i]; -1 when there is no finite maximum. */
int64_t borel_draw_categorical_logit(borel_stream *s, const double *logits, int64_t count);

#endif
