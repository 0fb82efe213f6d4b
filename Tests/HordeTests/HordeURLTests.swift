import Testing

@testable import Horde

struct HordeURLTests {
    @Test(arguments: [
        ("https://aihorde.net", "https://aihorde.net"),
        ("https://aihorde.net/", "https://aihorde.net"),
        ("https://aihorde.net/api", "https://aihorde.net"),
        ("https://aihorde.net/api/", "https://aihorde.net"),
        ("https://aihorde.net/api/v2", "https://aihorde.net"),
        ("https://aihorde.net/api/v2/", "https://aihorde.net"),
        ("http://127.0.0.1:7001/api/v2", "http://127.0.0.1:7001"),
        ("http://[::1]:7001", "http://[::1]:7001"),
        ("https://proxy.example/horde/api/v2", "https://proxy.example/horde"),
        // Hosts may be called so, too.
        ("http://api", "http://api"),
        ("http://api/api/v2/", "http://api"),
        ("http://v2/", "http://v2"),
    ])
    func `a setting may carry the path of the API`(text: String, url: String) {
        #expect(HordeURL(text)?.description == url)
    }

    @Test(arguments: [
        "", "aihorde.net", "https://", "https:///", "https:///api", "ftp://aihorde.net", "https://aihorde.net/?x=1",
        "https://aihorde.net#x", "https://aihorde.net/a b", "https://aihörde.net", "//aihorde.net", "/api/v2",
        "https://aihorde.net\r\nX: y",
    ])
    func `what is no origin is refused`(text: String) {
        #expect(HordeURL(text) == nil)
    }
}
