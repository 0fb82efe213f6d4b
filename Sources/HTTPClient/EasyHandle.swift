import CCurl
import EventLoop

/// One libcurl easy handle, used for one transfer at a time and then again.
///
/// ## When it goes away
/// The handle is freed. It is in no multi handle then: `HTTPClient` keeps it alive until it has been removed.
@LoopActor
final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    private var fieldList: UnsafeMutablePointer<curl_slist>?

    /// How many exist, for the test that none is left behind.
    private(set) static var liveCount = 0

    init?() {
        guard let pointer = curl_easy_init() else { return nil }
        self.pointer = pointer
        Self.liveCount += 1
    }

    isolated deinit {
        curl_easy_cleanup(pointer)
        curl_slist_free_all(fieldList)
        Self.liveCount -= 1
    }

    /// Back to new; live connections and the session cache belong to the multi handle and stay.
    func reset() {
        curl_easy_reset(pointer)
        curl_slist_free_all(fieldList)
        fieldList = nil
    }

    func set(_ option: CURLoption, _ value: String) throws(TransferError) {
        try check(curl_easy_set_string(pointer, option, value))
    }

    func set(_ option: CURLoption, _ value: Int) throws(TransferError) {
        try check(curl_easy_set_long(pointer, option, value))
    }

    func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) throws(TransferError) {
        try check(curl_easy_set_pointer(pointer, option, value))
    }

    /// The bytes are copied.
    func setBody(_ bytes: [UInt8]) throws(TransferError) {
        try check(bytes.withUnsafeBytes { curl_easy_copy_body(pointer, $0.baseAddress, $0.count) })
    }

    /// "libcurl does not copy the entire list so you must keep it around" (CURLOPT_HTTPHEADER).
    func setFields(_ lines: [String]) throws(TransferError) {
        for line in lines {
            guard let longer = curl_slist_append(fieldList, line) else { throw .overloaded }
            fieldList = longer
        }
        try check(curl_easy_set_fields(pointer, fieldList))
    }

    func onBody(_ callback: @escaping curl_write_callback, _ context: UnsafeMutableRawPointer) throws(TransferError) {
        try check(curl_easy_on_body(pointer, callback, context))
    }

    func onField(_ callback: @escaping curl_write_callback, _ context: UnsafeMutableRawPointer) throws(TransferError) {
        try check(curl_easy_on_field(pointer, callback, context))
    }

    var status: Int {
        var status = 0
        curl_easy_status(pointer, &status)
        return status
    }

    /// Whether the last answer came by HTTP/2.
    var spokeHTTP2: Bool {
        var version = 0
        curl_easy_http_version(pointer, &version)
        return version == curl_http_2
    }

    private func check(_ code: CURLcode) throws(TransferError) {
        if code != CURLE_OK { throw TransferError(code, bytesMax: 0) }
    }
}
