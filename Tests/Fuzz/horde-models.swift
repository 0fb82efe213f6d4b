// Fuzzes the catalog that is made of Horde's lists of workers and models, and what clients may call these models.
//
//   swiftc -O -sanitize=fuzzer,address -parse-as-library -package-name interposer \
//     -enable-upcoming-feature InternalImportsByDefault -I Tests/Fuzz/modules Tests/Fuzz/horde-models.swift \
//     Sources/{JSONText,OpenAI}/*.swift Sources/Prompting/Names/*.swift Sources/Prompting/{JobSize,ByteSearch}.swift \
//     Sources/Prompting/Reading/Reading.swift \
//     Sources/Prompting/Writing/{PromptFormat,ReasoningStyle,ToolMarkup,Conversation}.swift \
//     Sources/Horde/Supply.swift Sources/Horde/Dispatch/JobForecast.swift Sources/Gateway/Limits.swift \
//     Sources/Gateway/Models/Catalog{,Entry,+Choice,+List,+Workers}.swift \
//     Sources/Gateway/Models/{Model[AGLRS],ModelChoice,Name,Nearest,Shell,Virtual}*.swift \
//     Tests/Fuzz/shared/Regexes.swift Tests/Benchmarks/whole-request/PromptingResources.swift \
//     -o /tmp/fuzz-horde-models
//   SWIFT_BACKTRACE=enable=no /tmp/fuzz-horde-models -max_total_time=60 -timeout=5 -rss_limit_mb=1024 \
//     /tmp/new-inputs Tests/Fuzz/corpus/horde-models
//
// It runs where the repository lies. An input is the workers, the models and the load, each as Horde's JSON, and then
// lines that are names which clients ask for, or `name=model|model` for an alias; `~` is between two of these.

import FoundationEssentials

/// What keeps messages from forging turns plays no part here, and its helpers have names that the gateway has too.
struct MarkerGuards: Equatable, Sendable {
    init?(_ format: PromptFormat) { nil }
}

// What the catalog takes of those that fetch the lists.

package typealias LoopActor = MainActor

package enum HordeError: Error { case unreachable }

package struct HordeKey { let isAnonymous: Bool }

@LoopActor
package final class Horde {
    func workers() async throws(HordeError) -> [Worker] { throw .unreachable }
    func models() async throws(HordeError) -> [ModelDemand] { throw .unreachable }
    func load() async throws(HordeError) -> Load { throw .unreachable }
}

/// Names that are looked at, as each takes a while when it is new.
private let namesMax = 12

/// Always holds: what is readable of a list is read, whatever is beside it, and is the same after a stay on disk; what
/// is listed can be asked for and is JSON; a choice is of live models; a job for any of them has a size.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHordeModels(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var parts = Array(UnsafeBufferPointer(start: start, count: count)).split(separator: UInt8(ascii: "~"), maxSplits: 3)
    while parts.count < 4 { parts.append([]) }
    let load = try? JSONDecoder().decode(Load.self, from: Data(parts[2]))
    if let load { precondition((256...512).contains(load.upfrontFreeTokens), "Horde gives more or less for nothing.") }
    let supply = Catalog.Supply(workers: list(parts[0]), models: list(parts[1]), load: load)
    checkOnDisk(supply)
    guard Set(supply.workers.flatMap(\.models)).count <= namesMax else { return 0 }
    var aliases = ModelAliases()
    var names: [String] = []
    // No request has a NUL, which our reader refuses.
    for line in parts[3].split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == 0 }).prefix(namesMax) {
        let sides = String(decoding: line, as: UTF8.self).split(separator: "=", maxSplits: 1).map(String.init)
        names += sides.prefix(1)
        guard sides.count == 2 else { continue }
        do throws(ModelAliasProblem) {
            try aliases.add(sides[0], sides[1].split(separator: "|").map(String.init))
        } catch {
            precondition(!error.description.isEmpty)
        }
    }
    check(Catalog(supply: supply, formats: .builtIn, aliases: aliases, created: 1), asking: names)
    return 0
}

/// Reads a list as `Horde` does, and each of its elements alone.
private func list<Element: Decodable & Sendable>(_ bytes: ArraySlice<UInt8>) -> [Element] {
    let read = try? JSONDecoder().decode(Lenient<Element>.self, from: Data(bytes))
    if let read, let json = try? JSON(parsing: Array(bytes)).array {
        let alone = json.compactMap { try? JSONDecoder().decode(Element.self, from: Data($0.compact.utf8)) }
        // By their texts, since a speed may be no number.
        precondition("\(alone)" == "\(read.elements)", "One element hides another.")
    }
    return read?.elements ?? []
}

private func checkOnDisk(_ supply: Catalog.Supply) {
    guard let data = try? JSONEncoder().encode(supply) else { return }
    guard let again = try? JSONDecoder().decode(Catalog.Supply.self, from: data) else {
        preconditionFailure("What is kept on disk cannot be read.")
    }
    precondition("\(again)" == "\(supply)", "It is another one after a stay on disk.")
}

private func check(_ catalog: Catalog, asking names: [String]) {
    let live = catalog.entries.map(\.name)
    precondition(zip(live, live.dropFirst()).allSatisfy { $0 < $1 }, "Not sorted, or twice.")
    let list = catalog.list
    let text = list.compact
    // A worker may call its model so; others read that.
    precondition(text.contains(#"\u0000"#) || (try? JSON(parsing: text)) == list, "A list that is not JSON.")
    let ids = list["data"]?.array?.compactMap { $0["id"]?.string } ?? []
    precondition(Set(ids).count == ids.count && ids.count == list["data"]?.array?.count, "Two models of one name.")
    for id in ids {
        let listing = try? catalog.listing(for: id)
        precondition(listing?.id == id, "What is listed cannot be asked for.")
    }
    for entry in catalog.entries {
        precondition(!entry.workers.isEmpty && entry.workers.allSatisfy(\.isAvailable), "Nobody serves it.")
        check(entry.offers())
    }
    for name in names { ask(catalog, for: name, live) }
}

private func ask(_ catalog: Catalog, for name: String, _ live: [String]) {
    for needs in [ModelNeeds(), ModelNeeds(tokens: 5000, tools: true)] {
        do throws(APIError) {
            let choice = try catalog.choice(for: name, needs: needs)
            let chosen = choice.groups.flatMap(\.names)
            precondition(choice.groups.count <= Limits.groupsMax && choice.groups.allSatisfy { !$0.names.isEmpty })
            precondition(Set(chosen).count == chosen.count && Set(chosen).isSubset(of: live), "A choice that is none.")
            let forecast = catalog.forecast(of: chosen)
            precondition(forecast.tokensPerSecond.map { $0 > 0 && $0.isFinite } ?? true, "No speed.")
            check(choice.groups[0].offers())
        } catch {
            precondition([400, 404, 503].contains(error.status), "Another error than that there is none.")
            precondition(error.message.utf8.count < 20_000, "A message without end.")
            precondition((try? JSON(parsing: error.body.compact)) == error.body, "A body that is not JSON.")
        }
    }
}

/// Whatever its workers declare, a job is one that Horde takes and that fits one of them.
private func check(_ offers: Set<Offer>) {
    for (promptTokens, wantedTokens) in [(0, 16), (900, 512), (20_000, 4096)] {
        let choice = try? JobSize.choose(
            promptTokens: promptTokens,
            wantedTokens: wantedTokens,
            offers: offers,
            upfrontFreeTokens: nil
        )
        guard let size = choice else { continue }
        precondition(JobSize.answerTokensRange.contains(size.answerTokens), "Horde refuses this length.")
        precondition(JobSize.contextTokensRange.contains(size.contextTokens), "Horde refuses this context.")
        let fits = offers.contains { $0.contextTokens >= size.contextTokens && $0.answerTokens >= size.answerTokens }
        precondition(fits, "No worker takes it.")
    }
}
