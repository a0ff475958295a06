/* JSON as data files write it: numbers, strings, booleans, null, arrays, objects; NaN and infinities by name. */
#ifndef BOREL_BRIDGE_JSON_H
#define BOREL_BRIDGE_JSON_H

enum json_kind { json_null, json_bool, json_int, json_real, json_string, json_array, json_object };

struct json {
  enum json_kind kind;
  double real; /* of numbers */
  long integer;
  char *text;  /* of strings */
  long count;
  struct json *items;
  char **keys; /* of objects */
};

/* The value of the text; on failure 0, with a message in `error`. */
int json_parse(const char *text, struct json *value, char error[200]);
void json_release(struct json *value);
/* The member of an object, or null. */
const struct json *json_member(const struct json *object, const char *key);

#endif
