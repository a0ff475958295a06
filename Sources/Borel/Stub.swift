import BorelVM
import BorelIR
extension CompiledProgram { func dump(from: FunctionID) -> String { "" } }
