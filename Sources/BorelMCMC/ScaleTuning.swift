// The scales of random walks, one for every choice and kind of walk, and their adaptation towards a good acceptance rate.

import BorelInference
import BorelSemantics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The scales that a kernel's random walks use.
///
/// A choice without a scale of its own, such as an element that comes up late, takes that of its name: `theta[7]` that of all `theta`.
public struct ScaleTuning: Sendable {
  /// A choice, or all choices of a name, under one kind of proposal.
  struct Key: Hashable, Sendable {
    let address: Address
    let proposal: Int
  }

  struct Scale: Sendable {
    var logScale = 0.0
    var updates = 0
  }

  private var own: [Key: Scale] = [:]
  private var ofName: [Key: Scale] = [:]

  public init() {}

  /// The scale of a walk at a choice; 1 where nothing is known.
  public func scale(of address: Address, proposal: Int) -> Double {
    if let scale = own[Key(address: address, proposal: proposal)] { return exp(scale.logScale) }
    return ofName[nameKey(address, proposal)].map { exp($0.logScale) } ?? 1
  }

  /// One step of stochastic approximation: log s grows by γ (acceptance - target).
  mutating func update(_ address: Address, proposal: Int, acceptance: Double, target: Double) {
    let name = nameKey(address, proposal)
    let inherited = Scale(logScale: ofName[name]?.logScale ?? 0)
    own[Key(address: address, proposal: proposal), default: inherited].move(by: acceptance - target)
    ofName[name, default: Scale()].move(by: acceptance - target)
  }

  private func nameKey(_ address: Address, _ proposal: Int) -> Key {
    Key(address: Address(address.name), proposal: proposal)
  }
}

extension ScaleTuning.Scale {
  /// γ is 1 for the first twenty updates, which reach any sensible scale from 1, and then falls as t^-0.6.
  mutating func move(by difference: Double) {
    updates += 1
    let gain = updates <= 20 ? 1 : pow(Double(updates - 19), -0.6)
    logScale = min(max(logScale + gain * difference, -30), 30)
  }
}

/// Adapts the scales of single-site walks towards an acceptance rate of 0.44, the best for one dimension (Gelman, Roberts and Gilks
/// 1996), by stochastic approximation (Robbins and Monro 1951; Andrieu and Thoms 2008, section 4).
public struct ScaleAdaptation<P: Program>: Adaptation {
  public var target = 0.44

  public init() {}

  public mutating func update<Source: RandomSource>(
    _ kernel: inout SingleSiteMetropolis<P>, at state: TraceState<P.Run>, after info: SingleSiteInfo,
    using random: inout Source
  ) {
    guard let address = info.address, let proposal = info.scaledProposal else { return }
    kernel.tuning.update(address, proposal: proposal, acceptance: info.acceptance, target: target)
  }
}
