public struct ShapeType: Sendable {}
extension Lowerer { func checkTypes() {} }
