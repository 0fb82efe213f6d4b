import CLinux
import Glibc

/// Owns one file descriptor.
///
/// ## When it goes away
/// The descriptor is closed, exactly once.
package struct FileDescriptor: ~Copyable {
    package let rawValue: CInt

    /// Takes over a descriptor that a system call has just returned; ends the program when that call had failed.
    package init(owning rawValue: CInt) {
        if rawValue < 0 { SystemRefusal.end("the system gives no descriptor") }
        self.rawValue = rawValue
    }

    /// How many descriptors the process may have.
    package static var countMax: Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }

    /// Gives the descriptor to a new owner, who closes it.
    package consuming func release() -> CInt {
        let descriptor = rawValue
        discard self
        return descriptor
    }

    deinit { close(rawValue) }
}
