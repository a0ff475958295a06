/* The maps between parameters and positions. */
#include "model.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Copies between row-major elements and those with the first index fastest. */
static void reorder(const bs_model *m, double *row_major, double *first_fastest, bool to_row_major) {
  const long *sizes = m->sizes;
  for (int p = 0; p < bridge_model.parameter_count; p++) {
    int rank = bridge_model.parameters[p].rank;
    double *rows = row_major + m->starts[p], *other = first_fastest + m->starts[p];
    for (long k = 0; k < m->counts[p]; k++) {
      long rest = k, place = 0, stride = m->counts[p];
      for (int d = 0; d < rank; d++) {
        stride /= sizes[d];
        place += rest % sizes[d] * stride;
        rest /= sizes[d];
      }
      if (to_row_major) rows[place] = other[k];
      else other[k] = rows[place];
    }
    sizes += rank;
  }
}

static int constrain(const bs_model *m, struct scratch *s, const double *theta_unc, char **error) {
  if (bridge_model.constrain < 0) return bridge_report(error, "this library cannot constrain");
  for (int p = 0; p < bridge_model.parameter_count; p++) s->outputs[p] = s->constrained + m->starts[p];
  const void *inputs[] = {theta_unc};
  double value;
  long status = bridge_run(m, bridge_model.constrain, s, inputs, &value, s->outputs);
  return status ? bridge_report_status(status, error) : 0;
}

static int unconstrain(const bs_model *m, struct scratch *s, double *theta_unc, char **error) {
  if (bridge_model.unconstrain < 0) return bridge_report(error, "this library cannot unconstrain");
  for (int p = 0; p < bridge_model.parameter_count; p++) {
    s->inputs[p] = s->constrained + m->starts[bridge_model.unconstrain_inputs[p]];
  }
  void *outputs[] = {theta_unc};
  double value;
  long status = bridge_run(m, bridge_model.unconstrain, s, s->inputs, &value, outputs);
  return status ? bridge_report_status(status, error) : 0;
}

EXPORT int bs_param_constrain(const bs_model *m, bool include_tp, bool include_gq, const double *theta_unc,
                              double *theta, bs_rng *rng, char **error_msg) {
  (void)include_tp;
  (void)include_gq;
  (void)rng;
  struct scratch *s = bridge_borrow(m);
  if (!s) return bridge_report(error_msg, "out of memory");
  int result = constrain(m, s, theta_unc, error_msg);
  if (!result) reorder(m, s->constrained, theta, false);
  bridge_give_back(m, s);
  return result;
}

EXPORT int bs_param_unconstrain(const bs_model *m, const double *theta, double *theta_unc, char **error_msg) {
  struct scratch *s = bridge_borrow(m);
  if (!s) return bridge_report(error_msg, "out of memory");
  reorder(m, s->constrained, (double *)theta, true);
  int result = unconstrain(m, s, theta_unc, error_msg);
  bridge_give_back(m, s);
  return result;
}

/* Fills the parameters that the object names; returns their number, or -1. */
static int fill_parameters(const bs_model *m, struct scratch *s, const struct json *object, char **error) {
  if (object->kind != json_object) return bridge_report(error, "the parameters are no JSON object");
  const long *sizes = m->sizes;
  int found = 0;
  for (int p = 0; p < bridge_model.parameter_count; p++) {
    const struct bridge_parameter *parameter = &bridge_model.parameters[p];
    const struct json *datum = json_member(object, parameter->name);
    if (datum) {
      long shape[bridge_greatest_rank] = {0};
      int fits = bridge_shape(datum, parameter->rank, shape);
      for (int d = 0; d < parameter->rank; d++) fits = fits && shape[d] == sizes[d];
      char *place = (char *)(s->constrained + m->starts[p]);
      if (!fits || !bridge_fill(datum, 'r', &place)) return bridge_report(error, "`%s` has another shape", parameter->name);
      found++;
    }
    sizes += parameter->rank;
  }
  return found;
}

EXPORT int bs_param_unconstrain_json(const bs_model *m, const char *json, double *theta_unc, char **error_msg) {
  struct json object = {0};
  char error[200];
  struct scratch *s = bridge_borrow(m);
  if (!s) return bridge_report(error_msg, "out of memory");
  int result = -1;
  if (!json_parse(json ? json : "", &object, error)) {
    bridge_report(error_msg, "%s", error);
  } else {
    int found = fill_parameters(m, s, &object, error_msg);
    if (found >= 0 && found < bridge_model.parameter_count) {
      const char *missing = "";
      for (int p = bridge_model.parameter_count - 1; p >= 0; p--) {
        if (!json_member(&object, bridge_model.parameters[p].name)) missing = bridge_model.parameters[p].name;
      }
      bridge_report(error_msg, "the parameters have no `%s`", missing);
    } else if (found >= 0) {
      result = unconstrain(m, s, theta_unc, error_msg);
    }
  }
  json_release(&object);
  bridge_give_back(m, s);
  return result;
}

/* Random points, uniform in (-radius, radius), with the given parameters put in, until density and gradient are finite. */
EXPORT int bs_param_initialize(const bs_model *m, const char *json, bs_rng *rng, double init_radius, int max_tries,
                               bool jacobian, double *theta_unc, char **error_msg) {
  struct json object = {0};
  char error[200];
  if (json && *json) {
    char *file = 0;
    size_t length = strlen(json);
    if (length > 5 && strcmp(json + length - 5, ".json") == 0 && !(file = bridge_read_file(json))) {
      return bridge_report(error_msg, "cannot read %s", json);
    }
    int is_parsed = json_parse(file ? file : json, &object, error);
    free(file);
    if (!is_parsed) {
      json_release(&object);
      return bridge_report(error_msg, "%s", error);
    }
  }
  struct scratch *s = bridge_borrow(m);
  if (!s) {
    json_release(&object);
    return bridge_report(error_msg, "out of memory");
  }
  int result = -1, is_fixed = 0;
  for (int turn = 0; result && !is_fixed && turn < (max_tries > 0 ? max_tries : 1); turn++) {
    for (long i = 0; i < m->dimension; i++) {
      theta_unc[i] = rng ? init_radius * (2 * borel_uniform(&rng->stream) - 1) : 0;
    }
    if (object.kind == json_object && object.count > 0) {
      int found = constrain(m, s, theta_unc, 0) ? -2 : fill_parameters(m, s, &object, error_msg);
      if (found == -1) break;
      if (found < 0 || unconstrain(m, s, theta_unc, 0)) continue;
      is_fixed = found == bridge_model.parameter_count;
    }
    double value;
    if (bridge_density(m, jacobian, s, theta_unc, &value, s->gradients, 0) || !isfinite(value)) continue;
    int finite = 1;
    for (long i = 0; i < m->dimension; i++) finite = finite && isfinite(s->gradients[i]);
    if (finite) result = 0;
  }
  if (result && error_msg && !*error_msg) {
    bridge_report(error_msg, is_fixed ? "the density is not finite at the given parameters"
                               : "no point with a finite density and gradient was found in %d tries", max_tries);
  }
  json_release(&object);
  bridge_give_back(m, s);
  return result;
}
