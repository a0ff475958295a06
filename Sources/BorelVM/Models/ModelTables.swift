// What the run time knows of the definitions of a program: distributions, models and sites, prepared once per program.

import BorelIR
import BorelSemantics
import BorelSource

/// The definitions of a `CoreProgram` in the form that running them needs. It grows with the program.
public struct ModelTables: Sendable {
  public private(set) var distributions: [DistributionDefinition] = []
  public private(set) var models: [ModelDefinition] = []
  public private(set) var sites: [SiteDefinition] = []

  public init() {}

  public init(_ program: CoreProgram) {
    extend(to: program)
  }

  /// Prepares what `program` has beyond what is here already.
  public mutating func extend(to program: CoreProgram) {
    extendSites(to: program)
    for index in distributions.count..<max(distributions.count, program.distributions.count) {
      distributions.append(DistributionDefinition(DistributionID(index), in: program))
    }
    for index in models.count..<max(models.count, program.models.count) {
      models.append(ModelDefinition(ModelID(index), in: program, sites: sites))
    }
  }

  private mutating func extendSites(to program: CoreProgram) {
    let first = sites.count
    guard first < program.sites.count else { return }
    var masks: [Int: UInt64] = [:]
    for model in program.models.dropFirst(models.count) {
      var bits: [String: UInt64] = [:]
      for id in model.sites where program.sites.indices.contains(id.index) {
        let site = program.sites[id.index]
        guard site.rank == 0, !site.isAnonymous else { continue }
        if bits[site.name] == nil, bits.count < 64 { bits[site.name] = 1 << UInt64(bits.count) }
        masks[id.index] = bits[site.name]
      }
    }
    var names: [String: AddressName] = [:]
    for index in first..<program.sites.count {
      let site = program.sites[index]
      let name = names[site.name] ?? AddressName(site.name)
      names[site.name] = name
      sites.append(SiteDefinition(SiteID(index), site, name: name, visitMask: masks[index] ?? 0))
    }
  }

  public subscript(id: DistributionID) -> DistributionDefinition { distributions[id.index] }
  public subscript(id: ModelID) -> ModelDefinition { models[id.index] }
  public subscript(id: SiteID) -> SiteDefinition { sites[id.index] }
}
