// Small models with known answers.

import BorelSemantics
import BorelValues

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The sprinkler network: rain with probability .3, sprinkler with .1 in rain and .4 otherwise, and the grass not wet.
///
/// P(rain | dry grass) = .108635...: P(dry, rain) = .3 (.1 · .02 + .9 · .2), P(dry, no rain) = .7 (.4 · .1 + .6 · 1).
public func sprinkler(soft: Bool) -> ProcessProgram {
  ProcessProgram {
    sampleBool("rain", .bernoulli(0.3)) { rain in
      sampleBool("sprinkler", .bernoulli(rain ? 0.1 : 0.4)) { sprinkler in
        if soft {
          return factor(log((rain ? 0.2 : 1) * (sprinkler ? 0.1 : 1))) { .finish(.bool(rain)) }
        }
        let wet = sprinkler ? (rain ? 0.98 : 0.9) : (rain ? 0.8 : 0)
        return observe("wet", .bernoulli(wet), .bool(false)) { .finish(.bool(rain)) }
      }
    }
  }
}

public let sprinklerRain = 0.3 * (0.1 * 0.02 + 0.9 * 0.2) / (0.3 * (0.1 * 0.02 + 0.9 * 0.2) + 0.7 * (0.4 * 0.1 + 0.6))

/// The three-state hidden Markov model with unit normal emissions around -1, 1 and 0.
public struct HiddenMarkov: Sendable {
  public static let transition = [[0.1, 0.4, 0.5], [0.2, 0.6, 0.2], [0.15, 0.7, 0.15]]
  public static let means = [-1.0, 1, 0]
  public static let data = [0.9, 0.8, 0.7, 0, -0.025, -5, -2, -0.1, 0, 0.13, 0.45, 6, 0.2, 0.3, -1, -1]

  /// The first `count` observations; the value is the list of states.
  public static func program(_ count: Int) -> ProcessProgram {
    @Sendable func step(_ time: Int, _ state: Int) -> Process {
      guard time < count else { return .finish(.int(state)) }
      return sampleInt("x[\(time)]", .categorical(transition[state])) { next in
        observe("y[\(time)]", .normal(means[next], 1), .real(data[time])) { step(time + 1, next) }
      }
    }
    return ProcessProgram { sampleInt("start", .uniformInt(0, 2)) { step(0, $0) } }
  }

  /// The log evidence by the forward recursion, and the law of the state after the last observation.
  public static func forward(_ count: Int) -> (logEvidence: Double, final: [Double]) {
    var law = [1.0 / 3, 1.0 / 3, 1.0 / 3]
    var logEvidence = 0.0
    for y in data.prefix(count) {
      var next = (0..<3).map { to in (0..<3).reduce(0.0) { $0 + law[$1] * transition[$1][to] } }
      for state in 0..<3 {
        let z = y - means[state]
        next[state] *= exp(-0.5 * z * z) / sqrt(2 * Double.pi)
      }
      let sum = next.reduce(0, +)
      logEvidence += log(sum)
      law = next.map { $0 / sum }
    }
    return (logEvidence, law)
  }
}

/// A geometric number of choices: `more[i]` until one is false, then an observation that prefers three.
public let geometricLength = ProcessProgram {
  @Sendable func step(_ count: Int) -> Process {
    guard count < 5 else { return .finish(.int(count)) }
    return sampleBool("more[\(count)]", .bernoulli(0.5)) { more in
      more
        ? step(count + 1)
        : factor(-abs(Double(count) - 3)) { .finish(.int(count)) }
    }
  }
  return step(0)
}

/// A coin chooses between two and four outcomes at one address, so that the support changes but not the number of choices.
public let changingSupport = ProcessProgram {
  sampleBool("wide", .bernoulli(0.5)) { wide in
    sampleInt("y", .uniformInt(0, wide ? 3 : 1)) { y in
      factor(log(Double(y + 1))) { .finish(.int(y)) }
    }
  }
}

/// A coin chooses between supports that do not meet, and between one and two choices.
public let disjointSupports = ProcessProgram {
  sampleBool("b", .bernoulli(0.3)) { b in
    sampleInt("y", b ? .uniformInt(0, 1) : .categorical([0, 0, 0.2, 0.8])) { y in
      guard b else { return factor(y == 2 ? 0.3 : -0.4) { .finish(.int(y)) } }
      return sampleInt("z", .categorical([0.2, 0.3, 0.5])) { z in
        factor(0.25 * Double(z) - 0.1 * Double(y)) { .finish(.int(10 + z)) }
      }
    }
  }
}

/// One address is a Bool in one branch and an Int in the other; a third choice exists only then.
public let changingType = ProcessProgram {
  sampleBool("b", .bernoulli(0.6)) { b in
    if b { return sampleBool("y", .bernoulli(0.2)) { y in factor(y ? 0.7 : 0) { .finish(.bool(y)) } } }
    return sampleInt("y", .uniformInt(0, 2)) { y in
      sampleBool("c", .bernoulli(0.5)) { c in factor(c ? 0.2 * Double(y) : 0) { .finish(.int(y)) } }
    }
  }
}
