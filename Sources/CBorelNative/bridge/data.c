/* Fills a model's struct from JSON, by the table of its fields. */
#include "model.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *bridge_keep(bs_model *m, void *block) {
  if (!block) return 0;
  void **blocks = realloc(m->blocks, (size_t)(m->block_count + 1) * sizeof *blocks);
  if (!blocks) {
    free(block);
    return 0;
  }
  m->blocks = blocks;
  return m->blocks[m->block_count++] = block;
}

static const struct json *find_datum(const struct json *data, const char *path) {
  char key[256];
  while (*path && data) {
    size_t n = strcspn(path, "\n");
    if (n >= sizeof key) return 0;
    memcpy(key, path, n);
    key[n] = 0;
    data = json_member(data, key);
    path += n + (path[n] == '\n');
  }
  return data;
}

static void show_path(const char *path, char out[300]) {
  size_t n = 0;
  for (; *path && n < 290; path++) out[n++] = *path == '\n' ? '.' : *path;
  out[n] = 0;
}

/* The shape of a rectangular array; 0 where it has another rank or is ragged. */
int bridge_shape(const struct json *value, int rank, long *shape) {
  if (rank == 0) return value->kind != json_array && value->kind != json_object && value->kind != json_string;
  if (value->kind != json_array) return 0;
  shape[0] = value->count;
  for (int d = 1; d < rank; d++) shape[d] = 0;
  for (long i = 0; i < value->count; i++) {
    long inner[bridge_greatest_rank] = {0};
    if (!bridge_shape(&value->items[i], rank - 1, inner)) return 0;
    for (int d = 1; d < rank; d++) {
      if (i == 0) shape[d] = inner[d - 1];
      if (shape[d] != inner[d - 1]) return 0;
    }
  }
  return 1;
}

/* Writes the elements in row-major order from `*place` on, eight bytes each, one for 'b'. */
int bridge_fill(const struct json *value, char scalar, char **place) {
  if (value->kind == json_array) {
    for (long i = 0; i < value->count; i++) {
      if (!bridge_fill(&value->items[i], scalar, place)) return 0;
    }
    return 1;
  }
  if (value->kind == json_string || value->kind == json_object) return 0;
  if (scalar == 'r') {
    double x = value->kind == json_bool ? (double)value->integer : value->real;
    memcpy(*place, &x, 8);
    *place += 8;
  } else if (scalar == 'i') {
    if (value->kind != json_int && value->kind != json_bool) return 0;
    memcpy(*place, &value->integer, 8);
    *place += 8;
  } else {
    int is_truth = value->kind == json_bool || (value->kind == json_int && (value->integer & ~1L) == 0);
    if (!is_truth) return 0;
    *(*place)++ = (char)value->integer;
  }
  return 1;
}

static long missing_elements(const struct json *value) {
  if (value->kind != json_array) return value->real != value->real;
  long count = 0;
  for (long i = 0; i < value->count; i++) count += missing_elements(&value->items[i]);
  return count;
}

static void fill_missing(const struct json *value, int ranks, char **place, long *rank) {
  if (value->kind == json_array) {
    for (long i = 0; i < value->count; i++) fill_missing(&value->items[i], ranks, place, rank);
    return;
  }
  int is_missing = value->real != value->real;
  if (ranks) {
    memcpy(*place, rank, 8);
    *place += 8;
  } else {
    *(*place)++ = (char)is_missing;
  }
  *rank += is_missing;
}

static const char *scalar_name(char scalar) { return scalar == 'r' ? "Real" : scalar == 'i' ? "Int" : "Bool"; }

static int bind_field(bs_model *m, const struct bridge_field *field, const struct json *data, char **error) {
  char *place = m->memory + field->offset;
  char name[300];
  show_path(field->path, name);
  if (field->source == bridge_constant) {
    if (field->rank > 0) memcpy(place, &field->constant, sizeof field->constant);
    else memcpy(place, field->constant, field->scalar == 'b' ? 1 : 8);
    return 0;
  }
  if (field->source == bridge_dimension || field->source == bridge_prepared) return 0;
  const struct json *datum = find_datum(data, field->path);
  if (!datum) return bridge_report(error, "the data have no `%s`", name);
  if (field->source == bridge_size) {
    for (int d = 0; d < field->dimension && datum; d++) {
      datum = datum->kind == json_array && datum->count > 0 ? &datum->items[0] : 0;
    }
    if (datum && datum->kind != json_array) return bridge_report(error, "`%s` has too few dimensions", name);
    long size = datum ? datum->count : 0;
    memcpy(place, &size, 8);
    return 0;
  }
  if (field->source == bridge_missing_count) {
    long count = missing_elements(datum);
    memcpy(place, &count, 8);
    return 0;
  }
  long shape[bridge_greatest_rank] = {0};
  if (!bridge_shape(datum, field->rank, shape)) {
    return bridge_report(error, field->rank ? "`%s` needs a rectangular array of %d dimensions" : "`%s` needs one value", name,
                  field->rank);
  }
  long count = 1;
  for (int d = 0; d < field->rank; d++) count *= shape[d];
  char *elements = place;
  if (field->rank > 0) {
    elements = bridge_keep(m, aligned_alloc(64, ((size_t)count * 8 + 127) / 64 * 64));
    if (!elements) return bridge_report(error, "out of memory");
    memcpy(place, &elements, sizeof elements);
  }
  if (field->source == bridge_data) {
    if (!bridge_fill(datum, field->scalar, &elements)) {
      return bridge_report(error, "`%s` needs %s values", name, scalar_name(field->scalar));
    }
  } else {
    long rank = 0;
    fill_missing(datum, field->source == bridge_missing_rank, &elements, &rank);
  }
  for (int d = 0; d < field->rank; d++) {
    long wanted = field->sizes[d];
    if (wanted <= -2) memcpy(&wanted, m->memory + bridge_model.fields[-2 - wanted].offset, 8);
    if (wanted >= 0 && wanted != shape[d]) {
      return bridge_report(error, "`%s` has size %ld in dimension %d, not %ld", name, shape[d], d + 1, wanted);
    }
  }
  return 0;
}

char *bridge_read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) return 0;
  size_t size = 0, capacity = 1 << 16;
  char *text = malloc(capacity);
  while (text) {
    size += fread(text + size, 1, capacity - size - 1, file);
    if (size < capacity - 1) break;
    capacity *= 2;
    char *larger = realloc(text, capacity);
    if (!larger) free(text);
    text = larger;
  }
  if (text) text[size] = 0;
  fclose(file);
  return text;
}

int bridge_bind(bs_model *m, const struct json *data, char **error) {
  /* Sizes come first, for arrays are held against them. */
  for (int pass = 0; pass < 2; pass++) {
    for (int i = 0; i < bridge_model.field_count; i++) {
      const struct bridge_field *field = &bridge_model.fields[i];
      if ((field->rank > 0) == (pass == 1) && bind_field(m, field, data, error)) return -1;
    }
  }
  for (int i = 0; i < bridge_model.field_count; i++) {
    const struct bridge_field *field = &bridge_model.fields[i];
    if (field->source != bridge_dimension) continue;
    if (!borel_module.dimension) return bridge_report(error, "the length of the position is not known");
    long dimension = borel_module.dimension(m->memory);
    memcpy(m->memory + field->offset, &dimension, 8);
  }
  return 0;
}
