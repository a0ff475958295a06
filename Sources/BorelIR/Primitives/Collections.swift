// Arrays, lists, tuples and records: construction, size, folding, ordering.

import BorelValues

private let xs = Primitive.Parameter("xs", .collection)
private let numbers = Primitive.Parameter("x", .array(rank: nil))
private let vector = Primitive.Parameter("x", .array(rank: 1))

let collectionPrimitives: [Primitive] = [
  // Size.
  Primitive("len", [.init("x", .collection)], .int, "Number of elements, or of rows of a matrix"),
  Primitive("shape", [numbers], .array(rank: 1), "Sizes of all dimensions of an array"),
  Primitive("ndim", [numbers], .int, "Number of dimensions of an array"),

  // Construction.
  Primitive(
    "zeros", [.init("sizes", .any)], variadic: true, .array(rank: nil),
    "Array of zeros: zeros(n), zeros(n, m), zeros(shape)"),
  Primitive(
    "ones", [.init("sizes", .any)], variadic: true, .array(rank: nil), "Array of ones: ones(n), ones(n, m), ones(shape)"
  ),
  Primitive(
    "full", [.init("value", .any), .init("sizes", .any)], variadic: true, .any,
    "Array (or list, in one dimension) of equal values: full(value, n), full(value, n, m)"),
  Primitive(
    "range", [.init("start", .number), .init("stop", .number), .init("step", .number, default: .int(1))],
    .array(rank: 1), "start, start + step, ... up to but without stop"),
  Primitive(
    "linspace", [.init("start"), .init("stop"), .init("n", .int)], .array(rank: 1),
    "n equally spaced numbers from start to stop, both included"),
  Primitive(
    "rep", [.init("x", .any), .init("n", .int)], .any,
    "A value n times, or the elements of an array or list n times over"),
  Primitive("append", [xs, .init("x", .any)], .any, "The array or list with one more element (or row) at the end"),
  Primitive(
    "concat", [.init("parts", .any)], variadic: true, .any,
    "Arrays, lists or strings one behind the other; arrays along the first dimension"),
  Primitive(
    "insert", [xs, .init("i", .int), .init("x", .any)], .any, "The array or list with x before the i-th element"),
  Primitive("remove", [xs, .init("i", .int)], .any, "The array or list without its i-th element"),
  Primitive(
    "reshape", [numbers, .init("sizes", .any)], variadic: true, .array(rank: nil),
    "The same elements, row by row, in another shape"),
  Primitive("flatten", [.init("x", .any)], .any, "All elements row by row as a vector; a list of lists as one list"),
  Primitive("to_list", [.init("x", .collection)], .list, "The elements (or rows) as a list"),
  Primitive(
    "to_array", [.init("x", .any)], .array(rank: nil), "A list of numbers or of arrays of one shape as a dense array"),

  // Parts and order.
  Primitive("head", [xs, .init("n", .int, default: .int(1))], .any, "The first n elements"),
  Primitive("tail", [xs, .init("n", .int, default: .int(1))], .any, "The last n elements"),
  Primitive("reverse", [xs], .like(0), "The elements (or rows) in reverse order"),
  Primitive("sort", [xs], .like(0), "The elements in ascending order: numbers, Bools or strings; NaN last"),
  Primitive("order", [xs], .array(rank: 1), "Indices that sort the elements; equal elements keep their order"),
  Primitive("rank", [xs], .array(rank: 1), "Ranks from 0 of the elements; equal elements share their average rank"),
  Primitive("unique", [xs], .any, "The distinct elements in order of first appearance"),
  Primitive(
    "tabulate", [.init("x", .array(rank: 1)), .init("n", .int, default: .null)], .array(rank: 1),
    "How often 0, 1, ..., n - 1 appear; n is by default one more than the largest"),
  Primitive("which", [.init("mask", .array(rank: 1))], .array(rank: 1), "Indices of the true elements"),
  Primitive("index_of", [xs, .init("x", .any)], .int, "Index of the first element equal to x, -1 where there is none"),
  Primitive(
    "contains", [xs, .init("x", .any)], .bool, "Whether an element equals x; for strings, whether x is part of it"),

  // Folding.
  Primitive("sum", [numbers], .number, "Sum of all elements; of Bools, how many are true"),
  Primitive("prod", [numbers], .number, "Product of all elements"),
  Primitive("mean", [.init("x", .any)], .any, "Arithmetic mean of all elements; of a distribution, its mean"),
  Primitive("variance", [.init("x", .any)], .any, "Sample variance (divisor n - 1); of a distribution, its variance"),
  Primitive(
    "sd", [.init("x", .any)], .any,
    "Sample standard deviation (divisor n - 1); of a distribution, its standard deviation"),
  Primitive("median", [numbers], .real, "Median of all elements"),
  Primitive(
    "quantile", [.init("x", .any), .init("p", .any)], .any,
    "Sample quantile at p, interpolated (Hyndman and Fan 1996, type 7); of a distribution, the smallest x with cdf(x) >= p; p a number or an array"
  ),
  Primitive(
    "covariance", [vector, .init("y", .array(rank: 1))], .real, "Sample covariance of two vectors (divisor n - 1)"),
  Primitive("correlation", [vector, .init("y", .array(rank: 1))], .real, "Pearson correlation of two vectors"),
  Primitive("argmin", [vector], .int, "Index of the least element"),
  Primitive("argmax", [vector], .int, "Index of the greatest element"),
  Primitive("cumsum", [vector], .like(0), "Running sums"),
  Primitive("cumprod", [vector], .like(0), "Running products"),
  Primitive("diff", [vector], .array(rank: 1), "Differences of neighbours: x[1] - x[0], ..."),
  Primitive("any", [.init("mask", .array(rank: nil))], .bool, "Whether at least one element is true"),
  Primitive("all", [.init("mask", .array(rank: nil))], .bool, "Whether every element is true"),
  Primitive("count", [.init("mask", .array(rank: nil))], .int, "How many elements are true"),
  Primitive("softmax", [vector], .array(rank: 1), "exp(x[i]) / sum(exp(x))"),
  Primitive("log_softmax", [vector], .array(rank: 1), "x[i] - log_sum_exp(x)"),

  // Records and tuples.
  Primitive("keys", [.init("r", .record)], .list, "Names of a record's fields"),
  Primitive("values", [.init("r", .record)], .any, "Values of a record's fields"),
  Primitive("has", [.init("r", .record), .init("key", .string)], .bool, "Whether a record has a field"),
  Primitive(
    "merge", [.init("a", .record), .init("b", .record)], .record, "The fields of both records; where both have one, b's"
  ),
  Primitive(
    "zip", [.init("a", .collection), .init("b", .collection)], .list, "Pairs (a[i], b[i]); lengths must agree"),
  Primitive("enumerated", [xs], .list, "Pairs (i, xs[i])"),

  // Numbers and kinds.
  Primitive(
    "int", [.init("x", .any)], .int, "The Int that a whole Real, a Bool (0 or 1) or a numeral is; arrays elementwise"),
  Primitive(
    "real", [.init("x", .any)], .real, "The Real that an Int, a Bool (0 or 1) or a numeral is; arrays elementwise"),
  Primitive(
    "div", [.init("a", .number), .init("b", .number)], .int, elementwise: true,
    "Quotient of Ints rounded down, so that a == div(a, b) * b + a % b"),
  Primitive(
    "mod", [.init("a", .number), .init("b", .number)], .number, "Remainder with the sign of the divisor, like a % b"),
  Primitive("type_of", [.init("x", .any)], .string, "The kind of a value: \"Real\", \"Int array\", \"record\", ..."),
]
