// Strings and output.

import BorelValues

let textPrimitives: [Primitive] = [
  Primitive(
    "print", [.init("values", .any)], variadic: true, .null, effect: .host,
    "Writes values to standard output, separated by spaces"),
  Primitive("str", [.init("values", .any)], variadic: true, .string, "The text of values, one behind the other"),
  Primitive(
    "format", [.init("x", .any), .init("digits", .int, default: .int(3))], .string,
    "A number (or the numbers of an array) with this many digits after the point"),
  Primitive(
    "join", [.init("parts", .collection), .init("separator", .string, default: .string(""))], .string,
    "The texts of the elements with a separator between them"),
  Primitive(
    "split", [.init("s", .string), .init("separator", .string, default: .string(" "))], .list,
    "The parts of a string between separators"),
  Primitive("upper", [.init("s", .string)], .string, "The string in upper case"),
  Primitive("lower", [.init("s", .string)], .string, "The string in lower case"),
  Primitive("trim", [.init("s", .string)], .string, "The string without white space at its ends"),
  Primitive(
    "starts_with", [.init("s", .string), .init("prefix", .string)], .bool, "Whether a string starts with another"),
  Primitive("ends_with", [.init("s", .string), .init("suffix", .string)], .bool, "Whether a string ends with another"),
  Primitive(
    "replace", [.init("s", .string), .init("old", .string), .init("new", .string)], .string,
    "The string with every occurrence of old replaced"),
  Primitive(
    "assert", [.init("condition", .bool), .init("message", .any, default: .string("assertion failed"))], .null,
    "An error with the message unless the condition holds"),
  Primitive("error", [.init("message", .any)], .any, "Stops the program with a message"),
]
