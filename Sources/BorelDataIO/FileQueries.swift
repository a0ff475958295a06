// Whether a file is there, and how to be rid of it.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// True where something exists at the path.
public func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }

/// Removes a file; it is no error where there is none.
public func removeFile(_ path: String) { unlink(path) }
