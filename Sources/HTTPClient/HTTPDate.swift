import CCurl

/// The time as the `Date` field has it (RFC 9110, 5.6.7).
package enum HTTPDate {
    /// Seconds since the Unix epoch; nil for what is no date.
    package static func seconds(_ text: String) -> Int? {
        let seconds = curl_getdate(text, nil)
        return seconds < 0 ? nil : seconds
    }
}
