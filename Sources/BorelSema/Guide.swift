// What the analyzer's error codes mean, for `borel explain <code>`.

/// One entry for each code that the analyzer reports: what is wrong in general, and what to do.
public enum AnalyzerGuide {
  public static let entries: [String: String] = [
    // Names.
    "unknown-name":
      "A name that nothing visible here has: no variable, parameter or definition above, no function, no distribution of the library. The hint offers the nearest name, or what a name of another language is called here.",
    "used-before-definition":
      "A variable stands below its use. Statements run from top to bottom; only functions, models and distributions at the top level see each other in any order.",
    "duplicate-definition": "Two definitions of one name in the same block. An inner block may use a name again.",
    "duplicate-parameter": "Two parameters of one function share a name.",
    "duplicate-field": "A record has one value for each field.",
    "unknown-type": "Types are Bool, Int, Real, String, and with sizes arrays of the first three: Real[n, k].",
    "negative-size": "Sizes of arrays are 0 or more.",
    "special-form": "`sample` and `factor` are part of the language and can only be called.",
    "not-available": "A part of the language that this version does not have yet. The hint says what to use instead.",
    "unused-variable": "A variable of a model that nothing reads, often a misspelt one.",
    // Calls.
    "wrong-arity": "More arguments than the function has parameters, or another number than it takes.",
    "missing-argument": "An argument without a default is left out.",
    "unknown-label": "No parameter has the name of this argument.",
    "argument-given-twice": "A parameter gets one argument, by place or by name.",
    "positional-after-named": "Arguments without a name come first.",
    "not-callable": "Only functions, models and distributions can be called. An element of an array is read with x[i].",
    // Assignment.
    "assign-to-constant":
      "`let`, parameters, loop variables, functions and random variables keep their value. `var` declares a variable that can change.",
    "assign-to-captured":
      "A function inside another one holds copies of the variables around it, so that changing them would have no effect outside. Return the new value.",
    "assign-to-global":
      "Functions read the variables of the script and never change them. Return the new value and assign it in the script.",
    "not-assignable": "The left side of = is a variable, an element or a field.",
    "unused-comparison": "== compares, = assigns.",
    "unused-value": "A value is computed and dropped.",
    // Control flow.
    "outside-loop": "`break` and `continue` belong to a loop.",
    "return-outside-function": "`return` leaves a function or a model; a script just ends.",
    "unreachable-code": "The statement before always leaves.",
    "missing-else": "An `if` whose value is used needs a value for both cases.",
    "misplaced-import": "Imports stand at the top level of a file.",
    "misplaced-model": "Models stand at the top level of a file.",
    "misplaced-distribution": "Distributions stand at the top level of a file.",
    "nesting-too-deep": "Blocks or expressions inside one another beyond any program that a person can read.",
    "too-many-errors":
      "After so many errors the rest is mostly their consequence. Mend the first ones and check again.",
    // Randomness.
    "random-outside-model":
      "A random choice needs a model to belong to: it gives the choice its address, by which it can be conditioned on. Write a model, and run it with `simulate` or an inference.",
    "random-in-fn":
      "`fn` is deterministic, so that it can be called anywhere. What is random is a `model`; a function can return a distribution, and the model that calls it draws from it.",
    "random-primitive":
      "The primitives that draw numbers directly have no density, so that nothing could be inferred about them. They are for the `sample` method of a distribution.",
    "observed-choice":
      "`observe` is for data. A random variable of the model is conditioned on from outside: m | {y: ...}.",
    "not-a-distribution": "On the right of ~ stands a distribution or a model.",
    "unknown-strategy": "Gradient strategies are reparam, reinforce, enumerate and mvd.",
    "empty-model": "A model without a choice always gives the same value: a function does that.",
    // Addresses.
    "duplicate-address":
      "Every random choice of one execution has an address of its own, its name with its indices. Choices in a loop get the loop's variable as index.",
    "address-rank": "A name is one random variable, or an array of them with the same number of indices everywhere.",
    "choice-of-existing":
      "`x ~ d` declares x. A given value is conditioned on where the model is used: m | {x: value}.",
    "used-before-choice": "A random variable is read above the line that chooses it.",
    "not-random":
      "Only random choices can be conditioned on, intervened on, or given a density. Parameters are arguments.",
    // Distributions.
    "missing-method": "A distribution needs at least `logpdf(x)` and `sample()`.",
    "unknown-method":
      "The methods of a distribution are logpdf, sample, cdf, ccdf, logcdf, logccdf, quantile, mean, variance, sd, median, mode, entropy, skewness and kurtosis.",
    "unknown-support":
      "After `on` stands the set on which the distribution lives, such as Real, Positive, UnitInterval, Count, or Simplex(n).",
    "parameter-out-of-range": "A parameter of a distribution violates the conditions after `where` in its definition.",
    "outside-support":
      "An observed value that the distribution cannot have: its density is zero, whatever the parameters are.",
    // Types and shapes.
    "type-mismatch": "A value of one kind where another is needed, whatever the values are when the program runs.",
    "shape-mismatch":
      "Shapes of arrays that do not fit. Nothing is ever stretched to fit; one side may be a single number.",
    "index-out-of-range": "Indices go from 0 to one less than the number of elements.",
    "too-many-indices": "More indices than the array has dimensions.",
    "not-indexable": "Only arrays, lists, strings, records and results of inference have elements.",
    "not-iterable": "A loop runs over a range, an array or a list.",
    "unknown-field": "The value has no field of this name.",
    "wrong-pattern": "A pattern takes a tuple with as many elements apart.",
    // Imports.
    "import-not-found": "No such file. A relative path starts at the folder of the file that imports.",
    "import-not-a-file": "The path of an import is a folder.",
    "import-unreadable": "The file is there and cannot be read.",
    "import-cycle": "Two files import each other, directly or through others. Move what both need into a third one.",
    "import-too-deep": "Imports of imports, more than 64 deep.",
  ]
}
