// Prints the posterior of the eight schools.

import Borel
import Schools

do {
  let (mean, spread) = try CoachingStudy.eightSchools.estimate()
  print("mean effect of coaching:", (mean.mean * 10).rounded() / 10)
  print("spread between schools: ", (spread.mean * 10).rounded() / 10)
} catch let error as BorelError {
  print(error)
}
