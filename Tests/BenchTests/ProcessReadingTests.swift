import Glibc
import Testing

@testable import Bench

@Suite struct ProcessReadingTests {
    @Test func `the fields are found behind a name with parentheses and spaces`() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 1 0 5 1000 10"
        let status = "Name:\ta\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\nThreads:\t3\n"
        let reading = ProcessReading(stat: stat, status: status, ticksPerSecond: 100)
        #expect(reading.cpuMicroseconds == 2_000_000)
        #expect(reading.residentKiB == 1024)
        #expect(reading.residentKiBMax == 2048)
        #expect(reading.threads == 3)
    }

    @Test func `this process can be read, and one that is not there cannot`() throws {
        let reading = try #require(ProcessReading(of: Int(getpid())))
        #expect(reading.residentKiB > 0)
        #expect(reading.descriptors > 2)
        #expect(reading.threads > 0)
        #expect(ProcessReading(of: -1) == nil)
    }
}
