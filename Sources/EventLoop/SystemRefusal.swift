import Glibc

/// What a program cannot do without, and the system refuses: descriptors, mostly.
package enum SystemRefusal {
    /// Says what it was, with the system's reason, and ends the process (`EX_OSERR` of sysexits.h).
    package static func end(_ what: String) -> Never {
        let line = "interposer: \(what): \(String(cString: strerror(errno)))\n"
        _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
        exit(EX_OSERR)
    }
}
