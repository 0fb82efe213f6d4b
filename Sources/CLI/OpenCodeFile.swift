import Glibc
import OpenAI
import OpenCode

/// A configuration file of opencode's on disk: read whole, and replaced in one step or not at all.
struct OpenCodeFile {
    /// As the user gave it, for messages.
    let path: String

    /// A configuration that is larger is none.
    private static let bytesMax = 4 * 1024 * 1024
    /// How often a change by somebody else, between reading and writing, is taken in before giving up.
    private static let attemptsMax = 3
    /// As the kernel has it for links that lead to links.
    private static let linksMax = 40

    /// Puts a document into the file, which is made when there is none; returns whether it changed.
    func put(_ document: OpenCodeDocument) throws(OpenCodeFileError) -> Bool {
        let target = try self.target()
        for _ in 0..<Self.attemptsMax {
            let old = try read(target)
            let new: [UInt8]?
            do throws(OpenCodeFileProblem) { new = try document.merged(into: old?.bytes ?? []) } catch {
                throw OpenCodeFileError("\(path): \(error)", exitStatus: EX_DATAERR)
            }
            guard let new else { return false }
            if try replace(target, old, with: new) { return true }
        }
        throw OpenCodeFileError("\(path): The file keeps changing and is left as it is.", exitStatus: EX_CANTCREAT)
    }

    /// The file itself: a link stays a link, also one to a file that is not there yet.
    private func target() throws(OpenCodeFileError) -> String {
        var target = path
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        for _ in 0..<Self.linksMax {
            let count = readlink(target, &buffer, buffer.count)
            guard count > 0 else { return target }
            let link = String(decoding: buffer.prefix(count), as: UTF8.self)
            target = link.hasPrefix("/") ? link : Self.folder(of: target) + link
        }
        throw failure("read", ELOOP)
    }

    /// The part of a path in front of the last name, with the slash.
    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./"
    }

    private struct Content: Equatable {
        let bytes: [UInt8]
        let mode: mode_t
        let user: uid_t
        let group: gid_t
    }

    /// The file as it stands; nil when there is none.
    private func read(_ target: String) throws(OpenCodeFileError) -> Content? {
        // Not waiting: a pipe or a terminal would have to be waited for, and is refused below.
        let descriptor = open(target, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("read", errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("read", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw OpenCodeFileError("\(path): This is not a regular file; --print writes elsewhere.")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw failure("read", errno) }
            if count == 0 { break }
            bytes += buffer.prefix(count)
            guard bytes.count <= Self.bytesMax else { throw failure("read", EFBIG) }
        }
        return Content(bytes: bytes, mode: status.st_mode & 0o7777, user: status.st_uid, group: status.st_gid)
    }

    /// Writes a file beside the old one and renames it over that; false when the old one has changed meanwhile.
    private func replace(_ target: String, _ old: Content?, with bytes: [UInt8]) throws(OpenCodeFileError) -> Bool {
        let folder = Self.folder(of: target)
        let draft =
            folder + ".\(target.dropFirst(folder == "./" ? 0 : folder.count)).\(UInt32.random(in: 0...(.max))).tmp"
        // What an old file allows is given to the new one before anything stands in it.
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, old == nil ? 0o666 : 0o600)
        guard descriptor >= 0 else { throw failure("written", errno) }
        var isRenamed = false
        defer {
            close(descriptor)
            if !isRenamed { unlink(draft) }
        }
        if let old {
            // Only root can give a file to its old owner; where it fails, the file is the writer's.
            _ = fchown(descriptor, old.user, old.group)
            guard fchmod(descriptor, old.mode) == 0 else { throw failure("written", errno) }
        }
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                write(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent)
            }
            guard count >= 0 else { throw failure("written", errno) }
            sent += count
        }
        guard fsync(descriptor) == 0 else { throw failure("written", errno) }
        guard try read(target) == old else { return false }
        guard rename(draft, target) == 0 else { throw failure("written", errno) }
        isRenamed = true
        Self.sync(folder)
        return true
    }

    /// Makes the new name last; a file system that cannot is no failure, since the file is whole either way.
    private static func sync(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private func failure(_ what: String, _ number: CInt) -> OpenCodeFileError {
        let reason = strerror(number).map { String(cString: $0) } ?? "error \(number)"
        return OpenCodeFileError("\(path): The file cannot be \(what): \(reason).")
    }
}

/// Why the configuration file was not written, in a line that names it.
struct OpenCodeFileError: Error, CustomStringConvertible {
    let description: String
    let exitStatus: CInt

    init(_ description: String, exitStatus: CInt = EX_CANTCREAT) {
        (self.description, self.exitStatus) = (description, exitStatus)
    }
}
