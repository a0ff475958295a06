/* A recursive JSON reader with a limit on depth; every failure names its byte. */
#include "json.h"
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
  const char *start, *next;
  char *error;
};

enum { deepest = 64 };

static int fail(struct reader *r, const char *message) {
  snprintf(r->error, 200, "%s at byte %ld of the JSON text", message, (long)(r->next - r->start));
  return 0;
}

static void skip_space(struct reader *r) {
  while (*r->next == ' ' || *r->next == '\t' || *r->next == '\n' || *r->next == '\r') r->next++;
}

static int word(struct reader *r, const char *text) {
  size_t n = strlen(text);
  if (strncmp(r->next, text, n) != 0) return 0;
  r->next += n;
  return 1;
}

static int hex(struct reader *r, unsigned *value) {
  *value = 0;
  for (int i = 0; i < 4; i++) {
    char c = r->next[i];
    unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                     : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10) : 16;
    if (digit == 16) return 0;
    *value = *value * 16 + digit;
  }
  r->next += 4;
  return 1;
}

static char *put_utf8(char *out, unsigned code) {
  if (code < 0x80) {
    *out++ = (char)code;
  } else if (code < 0x800) {
    *out++ = (char)(0xC0 | code >> 6);
    *out++ = (char)(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    *out++ = (char)(0xE0 | code >> 12);
    *out++ = (char)(0x80 | (code >> 6 & 0x3F));
    *out++ = (char)(0x80 | (code & 0x3F));
  } else {
    *out++ = (char)(0xF0 | code >> 18);
    *out++ = (char)(0x80 | (code >> 12 & 0x3F));
    *out++ = (char)(0x80 | (code >> 6 & 0x3F));
    *out++ = (char)(0x80 | (code & 0x3F));
  }
  return out;
}

static int read_string(struct reader *r, char **text) {
  const char *end = ++r->next;
  while (*end && *end != '"') end += *end == '\\' && end[1] ? 2 : 1;
  char *out = *text = malloc((size_t)(end - r->next) + 1);
  if (!out) return fail(r, "out of memory");
  while (*r->next != '"') {
    char c = *r->next;
    if (!c) return fail(r, "a string has no end");
    r->next++;
    if (c != '\\') {
      *out++ = c;
      continue;
    }
    char escape = *r->next++;
    static const char escapes[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    const char *found = strchr(escapes, escape);
    unsigned code, low;
    if (!escape) {
      r->next--;
      return fail(r, "a string has no end");
    } else if (found) {
      *out++ = meanings[found - escapes];
    } else if (escape == 'u') {
      if (!hex(r, &code)) return fail(r, "`\\u` needs four hexadecimal digits");
      if (code >= 0xD800 && code < 0xDC00 && r->next[0] == '\\' && r->next[1] == 'u') {
        r->next += 2;
        if (!hex(r, &low) || low < 0xDC00 || low > 0xDFFF) return fail(r, "half of a surrogate pair");
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      } else if (code >= 0xD800 && code < 0xE000) {
        return fail(r, "half of a surrogate pair");
      }
      if (code == 0) return fail(r, "a string holds the character 0");
      out = put_utf8(out, code);
    } else {
      return fail(r, "an unknown escape");
    }
  }
  *out = 0;
  r->next++;
  return 1;
}

static int named_real(const char *text, double *x) {
  static const struct { const char *name; double value; } names[] = {
    {"NaN", NAN}, {"nan", NAN}, {"Infinity", INFINITY}, {"Inf", INFINITY}, {"inf", INFINITY}, {"+inf", INFINITY},
    {"+Infinity", INFINITY}, {"-Infinity", -INFINITY}, {"-Inf", -INFINITY}, {"-inf", -INFINITY}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (strcmp(text, names[i].name) == 0) {
      *x = names[i].value;
      return 1;
    }
  }
  return 0;
}

static int read_number(struct reader *r, struct json *value) {
  static const char *const words[] = {"NaN", "Infinity", "-Infinity"};
  for (int i = 0; i < 3; i++) {
    if (word(r, words[i])) {
      value->kind = json_real;
      named_real(words[i], &value->real);
      return 1;
    }
  }
  const char *p = r->next;
  int is_whole = 1;
  if (*p == '-') p++;
  if (*p < '0' || *p > '9') return fail(r, "a value is missing");
  while (*p >= '0' && *p <= '9') p++;
  if (*p == '.') {
    is_whole = 0;
    p++;
    if (*p < '0' || *p > '9') return fail(r, "a digit is missing after the point");
    while (*p >= '0' && *p <= '9') p++;
  }
  if (*p == 'e' || *p == 'E') {
    is_whole = 0;
    p++;
    if (*p == '+' || *p == '-') p++;
    if (*p < '0' || *p > '9') return fail(r, "a digit is missing in the exponent");
    while (*p >= '0' && *p <= '9') p++;
  }
  char *end;
  value->kind = json_real;
  value->real = strtod(r->next, &end);
  if (is_whole) {
    errno = 0;
    long long n = strtoll(r->next, &end, 10);
    if (errno == 0 && n >= LONG_MIN && n <= LONG_MAX) {
      value->kind = json_int;
      value->integer = (long)n;
    }
  }
  r->next = p;
  return 1;
}

static int read_value(struct reader *r, struct json *value, int depth);

static int read_items(struct reader *r, struct json *value, int depth) {
  int is_object = *r->next == '{';
  char close = is_object ? '}' : ']';
  long capacity = 0;
  value->kind = is_object ? json_object : json_array;
  r->next++;
  skip_space(r);
  if (*r->next == close) {
    r->next++;
    return 1;
  }
  for (;;) {
    if (value->count == capacity) {
      capacity = capacity ? 2 * capacity : 8;
      struct json *items = realloc(value->items, (size_t)capacity * sizeof *items);
      if (!items) return fail(r, "out of memory");
      value->items = items;
      if (is_object) {
        char **keys = realloc(value->keys, (size_t)capacity * sizeof *keys);
        if (!keys) return fail(r, "out of memory");
        value->keys = keys;
      }
    }
    value->items[value->count] = (struct json){0};
    if (is_object) {
      value->keys[value->count] = 0;
      value->count++;
      skip_space(r);
      if (*r->next != '"') return fail(r, "a key is missing");
      if (!read_string(r, &value->keys[value->count - 1])) return 0;
      skip_space(r);
      if (*r->next != ':') return fail(r, "`:` is missing");
      r->next++;
    } else {
      value->count++;
    }
    if (!read_value(r, &value->items[value->count - 1], depth + 1)) return 0;
    skip_space(r);
    if (*r->next == ',') {
      r->next++;
      continue;
    }
    if (*r->next != close) return fail(r, is_object ? "`,` or `}` is missing" : "`,` or `]` is missing");
    r->next++;
    return 1;
  }
}

static int read_value(struct reader *r, struct json *value, int depth) {
  if (depth > deepest) return fail(r, "too many levels");
  skip_space(r);
  switch (*r->next) {
  case '{': case '[': return read_items(r, value, depth);
  case '"':
    if (!read_string(r, &value->text)) return 0;
    value->kind = named_real(value->text, &value->real) ? json_real : json_string;
    return 1;
  case 't': case 'f': case 'n':
    if (*r->next == 't' ? word(r, "true") : word(r, "false")) {
      value->kind = json_bool;
      value->integer = r->next[-2] == 'u';
      value->real = (double)value->integer;
      return 1;
    }
    if (word(r, "null")) {
      value->kind = json_null;
      value->real = NAN;
      return 1;
    }
    return fail(r, "an unknown word");
  default: return read_number(r, value);
  }
}

int json_parse(const char *text, struct json *value, char error[200]) {
  struct reader r = {text, text, error};
  *value = (struct json){0};
  if (!read_value(&r, value, 0)) return 0;
  skip_space(&r);
  return *r.next ? fail(&r, "more text follows the value") : 1;
}

void json_release(struct json *value) {
  for (long i = 0; i < value->count; i++) {
    json_release(&value->items[i]);
    if (value->keys) free(value->keys[i]);
  }
  free(value->items);
  free(value->keys);
  free(value->text);
  *value = (struct json){0};
}

const struct json *json_member(const struct json *object, const char *key) {
  if (!object || object->kind != json_object) return 0;
  /* The last of several counts. */
  for (long i = object->count - 1; i >= 0; i--) {
    if (object->keys[i] && strcmp(object->keys[i], key) == 0) return &object->items[i];
  }
  return 0;
}
