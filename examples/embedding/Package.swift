// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "schools",
  dependencies: [.package(name: "borel", path: "../..")],
  targets: [
    .target(name: "Schools", dependencies: [.product(name: "Borel", package: "borel")]),
    .executableTarget(name: "schools-demo", dependencies: ["Schools"]),
    .testTarget(name: "SchoolsTests", dependencies: ["Schools"]),
  ],
  swiftLanguageModes: [.v6]
)
