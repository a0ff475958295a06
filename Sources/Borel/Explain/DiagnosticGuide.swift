// What the codes of diagnostics mean, for `borel explain <code>`.

import BorelSema

/// One entry for each code: what is wrong in general, and what to do.
enum DiagnosticGuide {
  static let entries = AnalyzerGuide.entries.merging(others) { analyzer, _ in analyzer }
    .merging(ConvergenceGuide.codes) { _, convergence in convergence }
    .merging(SamplingGuide.codes) { _, sampling in sampling }

  private static let others: [String: String] = [
    // Text.
    "unknown-character": "A character that has no meaning outside strings and comments.",
    "invisible-character":
      "A character that cannot be seen, such as a no-break space, often pasted from a document. Type a plain blank.",
    "smart-quotes": "Typographic quotes, often pasted from a document. Strings stand between plain double quotes.",
    "single-quotes": "Strings stand between double quotes.",
    "non-ascii-operator":
      "An operator that looks right but is another character, such as a long dash for `-`. Type the plain one.",
    "unterminated-string": "A string ends on the line on which it begins. For a line break inside, write \\n.",
    "unterminated-comment": "A comment that begins with /* needs */ at its end; such comments nest.",
    "bad-escape": "After a backslash a string takes n, t, r, \\, \" or u{...}.",
    "malformed-number": "Numbers look like 3, 2.5, 1e-3 or 1_000_000.",
    "integer-overflow":
      "A whole number beyond the range of Int (64 bits), as a literal or as a result. A Real has the range but not the digits: write 1e20, or real(x).",
    "real-overflow": "A number beyond the range of Real, about 1.8e308.",
    "hash-comment": "Comments begin with //.",

    // Grammar.
    "invalid-utf8": "Bytes that are no text: save the file as UTF-8.",
    "colon-result": "The type of a result stands behind an arrow: fn f(x: Real) -> Real { ... }.",
    "let-function": "Functions are defined with fn: fn f(x) = ..., or as a lambda: let f = x => ....",
    "unexpected-token": "The text does not go on as a program can. The message says what would fit here.",
    "unexpected-end": "The text ends in the middle of something.",
    "expected-newline": "Two statements on one line: begin a new line, or put ; between them.",
    "unclosed-bracket": "A bracket is opened and never closed.",
    "unmatched-bracket": "A closing bracket of another kind than the one that is open, or with none open.",
    "missing-brace": "The body of a model, function, loop or condition stands in braces.",
    "nested-too-deeply":
      "Brackets, blocks or operators inside one another beyond any program that a person can read. Give parts a name.",
    "keyword-as-name": "A word of the language cannot be the name of a variable.",
    "foreign-keyword": "A word of another language. The hint says how it is written here.",
    "foreign-operator": "An operator of another language. The hint says how it is written here.",
    "word-operator": "Logical operators are && (and), || (or) and ! (not).",
    "foreign-assignment": "Assignment is =; a random choice is ~.",
    "target-increment": "In Stan `target += w` adds to the log density; here that is factor(w).",
    "stan-block":
      "Stan divides a program into blocks. Here a model is one body, with every variable random, and data are given when it is used.",
    "stan-truncation": "In Stan T[a, b] truncates; here that is truncate(d, a, b).",
    "type-before-name": "A type stands behind the name, after a colon: x: Real. Most types need not be written.",
    "chained-comparison": "a < b < c compares a truth value with a number. Write a < b && b < c.",
    "chained-range": "A range has two ends.",
    "bad-range": "Ranges are a..<b (without b) and a...b (with b).",
    "colon-range": "Ranges are a..<b (without b) and a...b (with b).",
    "let-choice": "A random choice makes its variable itself: x ~ d, without let.",
    "bad-choice": "The left side of ~ is a name, or a name with indices.",
    "leading-minus":
      "A line that begins with - is a statement of its own. To go on with the line before, put the operator at its end.",
    "lambda-operand": "A lambda takes in everything to its right; put it in parentheses.",
    "anonymous-function": "A function without a name is written x => ...",
    "arrow-body": "The body of fn stands in braces or after =; => belongs to lambdas.",
    "block-as-expression": "Braces hold a record here, not a block.",
    "record-body": "Braces after => hold a block. A record to be returned stands in parentheses: x => ({a: x}).",
    "record-in-head": "In the head of if, while and for a record needs parentheses, for { begins the body.",
    "model-expression": "A model is declared by a statement of its own and used by its name.",
    "unnamed-model": "A model needs a name.",
    "equals-argument": "A named argument is written name: value.",
    "equals-field": "A field of a record is written name: value.",
    "empty-index": "Brackets behind a value need an index; all elements are x[:].",
    "empty-parentheses": "() is no value; an empty tuple does not exist.",
    "one-tuple": "A tuple has at least two parts.",
    "else-without-if": "else follows the closing brace of if, on the same line or the next.",
    "for-parentheses": "for takes no parentheses: for i in 0..<n { ... }.",
    "assignment-in-condition": "= assigns; == compares.",

    // Names.
    "unset-variable": "A variable is read before the statement that gives it a value has run.",

    // Calls.
    "wrong-argument-count": "Too many or too few arguments. `borel explain name` shows the parameters.",
    "wrong-label": "A named argument that the function does not have.",
    "wrong-type": "A value of another kind than is needed. The message names both.",
    "invalid-argument": "A value of the right kind that makes no sense here.",
    "pattern-mismatch": "A tuple with another number of parts than the names that take it apart.",

    // Models and effects.
    "random-outside-sample":
      "Functions that draw raw random numbers are for the sample method of a distribution. In a model, draw from a distribution with ~.",
    "effect-in-method": "A distribution's formula cannot draw or observe.",
    "missing-element": "An element of an array built by choices is used before it is chosen.",
    "memo-recursion": "A memoised function needs its own value for the same arguments.",
    "invalid-parameter":
      "A parameter of a distribution lies outside its domain, such as a scale that is not positive. Inference gives such executions weight zero; a plain run stops.",
    "undefined-density": "The density formula gives NaN.",
    "undefined-draw": "The sampler gives a value outside the support.",
    "empty-truncation": "The distribution has no mass between the bounds.",
    "mixed-mixture": "The components of a mixture are all discrete or all continuous.",
    "invalid-support": "What stands after `on` in a distribution is not a known set.",
    "invalid-condition": "What stands after `where` in a distribution must be true or false.",
    "not-enumerable":
      "A choice with infinitely many values cannot be enumerated. Sample with mh, smc or importance, or truncate it.",
    "too-many-outcomes": "A choice has too many values to enumerate.",
    "too-many-choices": "One execution makes too many choices to enumerate them all.",
    "too-many-executions":
      "There are more executions than the limit allows. Raise it, use fewer or smaller choices, or sample.",
    "not-repeatable":
      "The same choices led to another execution the second time; something in the program is not a function of its choices.",
    "wrong-rank": "A variable is used with another number of indices than it is chosen with.",

    // Conditions and data.
    "condition-key": "Conditions name random variables: mu, theta[3] or leaf/x.",
    "condition-shape": "The given value has another shape than what the model draws.",
    "condition-on-submodel": "A submodel has no density of its own; condition on its choices, such as s/x.",
    "condition-on-intervention": "A variable that do() sets is not random any more.",
    "conflicting-conditions": "Two conditions give one choice different values.",
    "partial-condition": "Only some elements are given of a choice that cannot be taken apart.",
    "unmet-condition":
      "The data give a value that no choice of the execution asks for, such as one element more than the model draws.",
    "missing-choice": "A log density needs the values of all choices that are not observed.",
    "unknown-choice": "A value is given for a choice that the execution never makes.",
    "unknown-key":
      "A key of the data names neither a parameter nor a random variable of the model: most often a slip of spelling.",
    "missing-key": "The data do not give a parameter of the model.",
    "duplicate-key": "Two values for one key.",
    "bad-assignment": "--set takes key=value with the value in JSON.",
    "data-mismatch": "A value of the data has another type or shape than the model declares.",
    "scalar-for-array": "One number where an array is declared is taken as an array with one element.",
    "missing-size": "The size of an array cannot be told from the data.",
    "nan-data": "NaN in the data has no density. A value that is to stay random is null, or left out.",
    "nan-argument":
      "An argument of the model is NaN. Leave incomplete cases out, or model the variable: `x[i] ~ ...` with null for what is missing.",
    "malformed-json": "The file is no JSON. `NaN` and `Infinity` are allowed as numbers.",
    "truncated-json": "The file ends in the middle: was it copied completely?",
    "data-not-a-record": "Data are a JSON object: names and values.",
    "malformed-csv": "The file is no CSV with a header.",
    "ragged-row": "A row has more or fewer fields than the header.",
    "duplicate-column": "Two columns have one name.",
    "unnamed-column": "A column has no name in the header.",
    "empty-file": "The file has no content.",
    "file-missing": "There is no such file.",
    "file-is-directory": "A directory where a file is needed.",
    "file-unreadable": "The system does not allow the file to be read.",
    "file-too-large": "The file is larger than 2 GiB.",
    "file-not-text": "The file is not UTF-8 text.",
    "output-unwritable": "The output cannot be written.",

    // Shapes and indices.
    "shape": "Arrays of shapes that do not go together.",
    "index-type": "An index is an Int. int(x) makes one of a whole Real.",
    "no-element": "The value has no such element.",
    "no-member": "The value has no such member.",
    "not-a-record": "Fields belong to records.",
    "range-bound": "The ends of a range are Ints.",
    "not-a-bool": "Conditions are true or false; a number is neither. Write n != 0.",
    "division-by-zero": "div and % have no value for the divisor 0.",

    // Inference.
    "all-weights-zero":
      "No execution is possible under the data: an observation outside the support, or a factor of -inf in every execution.",
    "uneven-weights":
      "A few draws carry nearly all the weight, so the result rests on them. Draw more, or use smc or mh.",
    "too-few-accepted": "Rejection sampling accepted too few executions.",
    "nothing-accepted": "No proposal of the Markov chain was accepted.",
    "no-start": "No execution of positive density was found to start a chain from.",
    "no-continuous-density":
      "Optimisation and Gaussian approximations need a density over continuous parameters that every execution has.",
    "not-converged":
      "The search for the highest log density ended before its tolerances were met. The message says why.",
    "not-concave":
      "Laplace's approximation needs a log density that falls in every direction from the mode. It names the direction in which it does not: parameters that the data do not tell apart, or a flat prior.",
    "no-density":
      "The search for the highest log density was given a start at which there is no log density, or no gradient.",
    "no-mode": "The search for the mode ended where the log density still rises.",
    "no-hessian": "The log density has no second derivatives where the search ended, as at an edge.",
    "unbounded-density": "The log density grows without bound, as where a scale goes to zero with constant data.",
    "no-approximation": "No point on the path of the optimisation gave a Gaussian with usable draws.",
    "rejection-continuous":
      "Rejection needs a bound of the weight; the density of a continuous observation has none in general.",
    "weight-above-bound": "A weight is larger than the bound, so the draws would be wrong.",
    "infinite-weight": "A log weight is +inf.",
    "nan-weight": "A log weight is NaN, as of 0/0 or inf - inf.",
    "factor-nan": "A log weight is NaN, as of 0/0 or inf - inf.",
    "factor-infinite": "A log weight is +inf.",
    "no-evidence": "Markov chains do not estimate the evidence; importance, smc, rejection and enumerate do.",
    "seed-needed":
      "Inside a model that is being run, inference that draws random numbers needs a seed of its own, or results would not repeat.",
    "different-posteriors": "Random variables go together draw by draw, so they must come from one posterior.",
    "unknown-variable": "The posterior has no variable of this name.",
    "unknown-model": "The file has no model of this name.",
    "no-model": "The file defines no model.",

    // Native code.
    "not-native":
      "The model runs on the virtual machine only: its structure depends on choices, or it uses what native code has no form for.",
    "no-c-compiler": "Native code is made by the system's C compiler; none was found. Install gcc or clang, or set CC.",
    "native-code": "The C compiler could not be run, or what it made could not be stored or loaded.",
    "native-input": "The data do not fit the compiled model: another type, shape or a value that its checks refuse.",

    "no-derivative":
      "The log density depends on a choice through a function whose derivative with respect to this argument is not known or does not exist.",
    "no-unconstrained-space": "Gradient methods need choices that are continuous, from a set with a map to all reals.",
    "not-integrated":
      "A differential equation could not be solved: its derivative is not finite, or the tolerances need more steps than allowed.",

    // Limits and the end.
    "step-limit": "The program went on for longer than --max-steps allows: an endless loop?",
    "depth-limit": "Calls nest deeper than --max-depth allows: recursion without an end?",
    "assertion": "A condition given to assert does not hold; the message is the program's own.",
    "error": "The program stopped itself with error(message).",
    "numerical": "A function has no finite value here. Inference counts it and gives the execution weight zero.",
    "not-a-number": "A string that does not read as a number: 3, -2.5, 1e-3.",
    "not-whole": "A Real that is not whole cannot become an Int: round, floor or ceil it first.",
    "too-few-elements": "A function needs more elements than the array or list has.",
    "memo-argument": "What mem remembers is found by its arguments, which must be values that can be compared.",
    "value-mismatch": "A value that cannot be one of the distribution: another kind or another shape than its draws.",
    "gzip-compressed": "The data file is compressed: unpack it with gunzip.",
    "result-too-large": "The draws or particles asked for do not fit into the memory of this machine.",
    "memory-limit": "Arrays and lists hold more than --max-memory allows.",
    "nesting-limit": "Inference runs inside inference too deep: does a model run inference on itself?",
    "function-too-large": "One function has too many variables or too much code. Divide it.",
    "interrupted": "Ctrl-C.",
    "cancelled": "The run was cancelled.",
    "no-host": "The function needs a driver, which there is none of here.",
    "internal": "A fault of Borel. Please report it with the program that caused it.",
    "internal-error": "A fault of Borel. Please report it with the program that caused it.",
    "nothing-known": "There is no function, distribution or code of this name.",
    "usage": "A command of the prompt was given too little.",
    "seed": "Tells the seed of a run that was given none, so that it can be repeated.",
  ]
}
