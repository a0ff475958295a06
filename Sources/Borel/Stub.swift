import BorelIR
import BorelVM

extension CompiledProgram { func dump(from: FunctionID) -> String { "" } }
