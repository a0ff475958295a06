// The text of a value as `print` writes it.

import BorelVM
import BorelValues

extension Value {
  /// Strings as they are, host values as they show themselves, everything else as it would be written in a program.
  var text: String { ValueText.full(self) }
}
