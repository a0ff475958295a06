// The words that messages use for a value: "an Int", "a Real array of shape [2, 3]", "a list of 4".

import BorelValues

extension Value {
  /// "length 3", "shape [2, 3]"
  static func shapeText(_ shape: [Int]) -> String {
    shape.count == 1 ? "length \(shape[0])" : "shape [\(shape.map(String.init).joined(separator: ", "))]"
  }

  /// What kind of value it is, with its article and shape.
  public var kindDescription: String {
    switch self {
    case .null: return "null"
    case .bool: return "a Bool"
    case .int: return "an Int"
    case .real: return "a Real"
    case .object(let object):
      switch object {
      case is StringObject: return "a String"
      case let array as ArrayObject:
        let article = array.kind == .int ? "an" : "a"
        return array.rank == 1
          ? "\(article) \(array.kind.name) array of length \(array.count)"
          : "\(article) \(array.kind.name) array of shape [\(array.shape.map(String.init).joined(separator: ", "))]"
      case is TracedReal, is TracedArray: return withoutNodes.kindDescription
      case let list as ListObject: return "a list of length \(list.elements.count)"
      case let tuple as TupleObject: return "a tuple of \(tuple.elements.count)"
      case is RecordObject: return "a record"
      case let host as HostObject: return "a \(host.payload.typeName)"
      default:
        switch object.tag {
        case .function: return "a function"
        case .distribution: return "a distribution"
        case .model: return "a model"
        default: return "a value"
        }
      }
    }
  }
}
