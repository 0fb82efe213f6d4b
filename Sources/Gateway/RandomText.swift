/// Names that nobody can guess or meet again, of letters and digits.
enum RandomText {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")

    static func of(length: Int) -> String {
        var source = SystemRandomNumberGenerator()
        var (bits, left) = (UInt64(0), 0)
        var text = ""
        text.reserveCapacity(length)
        while text.utf8.count < length {
            // Ten pieces of six bits for each call of the kernel, which is what takes the time.
            if left == 0 { (bits, left) = (source.next(), 10) }
            let index = Int(bits & 63)
            (bits, left) = (bits >> 6, left - 1)
            if index < alphabet.count { text.append(alphabet[index]) }
        }
        return text
    }
}
