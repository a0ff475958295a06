/* Arguments to test functions at. */
#ifndef BOREL_MATH_SAMPLING_H
#define BOREL_MATH_SAMPLING_H

/* Fills out[0], out[1], ... with the edge values in every combination and with `points` per plan of `ranges`; gives
 * the number of points. Plans stand apart by spaces: "all" any finite bit pattern, "+" any positive one, "a:b"
 * uniform, "a~b" uniform in the logarithm, "p,q" one plan per argument. The last plan has ordinary arguments. */
long borel_math_sample(const char *ranges, int arguments, long points, double *const *out, long most);

#endif
