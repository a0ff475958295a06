/* Messages to the client. */
#include "model.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int bridge_report(char **error, const char *format, ...) {
  if (error) {
    va_list arguments;
    va_start(arguments, format);
    char *text = malloc(512);
    if (text) vsnprintf(text, 512, format, arguments);
    *error = text;
    va_end(arguments);
  }
  return -1;
}

EXPORT void bs_free_error_msg(char *error_msg) { free(error_msg); }

/* Models print nothing: the callback has nothing to do. */
EXPORT int bs_set_print_callback(STREAM_CALLBACK callback, char **error_msg) {
  (void)callback;
  (void)error_msg;
  return 0;
}

int bridge_report_status(long status, char **error) {
  switch (status) {
  case borel_bad_parameter: return bridge_report(error, "a condition on a distribution's parameters does not hold");
  case borel_bad_index: return bridge_report(error, "an index lies outside its array");
  case borel_bad_shape: return bridge_report(error, "shapes do not agree");
  case borel_routine_failed: return bridge_report(error, "a matrix is singular or not positive definite");
  case borel_not_integrated:
    return bridge_report(error, "a system of differential equations could not be solved to the tolerance");
  case borel_needs_workspace: return bridge_report(error, "out of memory");
  default: return bridge_report(error, "the model failed with status %ld", status);
  }
}
