// The posterior of the eight schools against the reference values.

import Borel
import Schools
import Testing

@Suite struct CoachingStudyTests {
  /// Means 4.4 and 3.6 (posteriordb). Four chains of 5000 dependent draws have a Monte Carlo error of about 0.1.
  @Test func agreesWithTheReference() throws {
    let (mean, spread) = try CoachingStudy.eightSchools.estimate()
    #expect(abs(mean.mean - 4.4) < 0.5)
    #expect(abs(spread.mean - 3.6) < 0.5)
  }

  @Test func theSameSeedGivesTheSameNumbers() throws {
    let first = try CoachingStudy.eightSchools.estimate(draws: 100, seed: 7)
    let second = try CoachingStudy.eightSchools.estimate(draws: 100, seed: 7)
    #expect(first.mean.mean == second.mean.mean)
    #expect(first.spread.standardDeviation == second.spread.standardDeviation)
  }

  @Test func aWrongShapeIsAnErrorThatNamesIt() throws {
    let study = CoachingStudy(effects: [28, 8, -3], standardErrors: [15, 10])
    let error = #expect(throws: BorelError.self) { try study.estimate(draws: 10) }
    #expect(error?.description.contains("`y") == true)
  }
}
