import FoundationEssentials
import Prompting
import Testing

/// Rules that every entry of `chat-formats.json` keeps to, and what an entry may leave out.
@Suite struct FormatDataTests {
    @Test(arguments: PromptWriterTests.names)
    func `everything that could forge a turn or end an answer is a marker`(name: String) throws {
        let format = try format(name)
        let markers = format.markers + format.lineMarkers
        let others = [format.tool.turn, format.call?.turn, format.call?.words]
        let turns = [format.user, format.assistant] + others.compactMap(\.self)
        let texts = format.stops + turns.flatMap { [$0.open, $0.close] } + [format.system.close, format.generation]
        for text in texts where text.contains(where: { !$0.isWhitespace }) {
            #expect(markers.contains { text.contains($0) }, "\(name): \(text)")
        }
        #expect(Set(markers).count == markers.count)
        #expect(markers.allSatisfy { $0.first?.isASCII == true && $0.count > 2 })
        // A marker over a line end could be split between two texts where nothing looks for it.
        #expect(markers.allSatisfy { !$0.contains("\n") })
    }

    @Test(arguments: PromptWriterTests.names)
    func `a format names a way of calling tools, Hermes' unless it has its own`(name: String) throws {
        let own = [
            "glm45": "glm-xml", "glm47": "glm-xml-compact", "minimax-m2": "minimax-xml", "seed-oss": "qwen-xml",
            "harmony": "harmony", "oasst": "none", "redpajama": "none", "falcon": "none", "pygmalion": "none",
            "phi2": "none", "raw": "none",
        ]
        let format = try format(name)
        #expect(format.tools == own[name] ?? "hermes")
        #expect(ToolMarkup.names.contains(format.tools))
        // A family's own way is one it was trained on; of Hermes' only a rule for the model knows.
        #expect(format.isToolTrained == ["glm", "min", "see", "har"].contains { name.hasPrefix($0) && name != "glm4" })
    }

    @Test(arguments: PromptWriterTests.names)
    func `stops are few, distinct and begin nothing twice`(name: String) throws {
        let stops = try format(name).stops
        #expect((1...16).contains(stops.count))
        #expect(Set(stops).count == stops.count)
        #expect(stops.allSatisfy { !$0.isEmpty })
    }

    @Test(arguments: PromptWriterTests.names)
    func `the prompt that asks for an answer begins the assistant's turn as its history does`(name: String) throws {
        let format = try format(name)
        let start = format.generation.trimmingSpace
        #expect(format.assistant.open.hasPrefix(start))
    }

    @Test func `formats and styles have only fields that are read`() throws {
        let file = try JSONDecoder().decode(
            [String: [[String: Field]]].self,
            from: contents(of: "/Sources/Prompting/Resources/chat-formats.json")
        )
        #expect(Set(file.keys) == ["formats", "reasoning"])
        let known: [String: Set<String>] = [
            "formats": [
                "name", "prefix", "toolNote", "system", "user", "assistant", "call", "tool", "tools", "generation",
                "prefill", "stops", "alternates", "trims", "markers", "lineMarkers", "reasoning", "tokenizer",
            ],
            "reasoning": ["name", "tags", "answer", "byDefault", "on", "off", "history", "hasChannels"],
            "system": ["position", "officialPosition", "open", "close", "messages", "later", "isAlways"],
            "call": ["turn", "words"],
            "tool": ["turn", "result", "join"],
            "on": ["generation", "systemFront", "systemLine", "afterSystem", "userEnd"],
        ]
        for (list, entries) in file {
            for entry in entries {
                #expect(Set(entry.keys).isSubset(of: known[list] ?? []), "\(list)")
                for (key, field) in entry {
                    let fields = known[key == "off" ? "on" : key] ?? ["open", "close"]
                    #expect(field.keys.isSubset(of: fields), "\(list).\(key)")
                }
            }
        }
        let styles = (file["reasoning"] ?? []).compactMap { $0["name"]?.text }
        #expect(Set(styles).count == 17)
        for name in PromptWriterTests.names { #expect(styles.contains(try format(name).reasoning.name)) }
    }

    @Test func `a profile trims all roles or asks for a system turn`() throws {
        func profile(_ text: String) throws -> PromptFormat {
            try format("chatml").applying(
                profile: JSONDecoder().decode(PromptFormat.Profile.self, from: Data(text.utf8))
            )
        }
        let start = "<|im_start|>system\n<|im_end|>\n<|im_start|>user\n"
        let end = "<|im_end|>\n<|im_start|>assistant\n"
        let conversation = Conversation.of((.user, " Q\n"))
        #expect(
            try profile(#"{ "isSystemAlways": true }"#).render(conversation, today: "").text == start + " Q\n" + end
        )
        #expect(
            try profile(#"{ "trims": ["user"] }"#).render(conversation, today: "").text
                == "<|im_start|>user\nQ" + end
        )
    }

    @Test func `a format of the user's own needs few fields and guards its stops`() throws {
        let text = """
            {
              "name": "own", "system": { "position": "turn", "open": "<S>", "close": "\\n", "later": "note" },
              "user": { "open": "<U>", "close": "\\n" }, "assistant": { "open": "<A>", "close": "\\n" },
              "generation": "<A>", "stops": ["<U>", "｜end｜", "\\nBye:"]
            }
            """
        let own = try JSONDecoder().decode(PromptFormat.self, from: Data(text.utf8))
        let prompt = own.render(.of((.system, "S"), (.user, "a<U>b｜end｜c Bye:"), (.tool, "1")), today: "")
        #expect(
            prompt.text
                == "<S>S\n<U>a<\u{200B}U>b｜\u{200B}end｜c B\u{200B}ye:\n<U><tool_response>\n1\n</tool_response>\n<A>"
        )
        #expect(own.reasoning.name == "none")
    }

    /// A field, as far as its keys or its text count.
    private struct Field: Decodable {
        let keys: Set<String>
        let text: String?

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            text = try? value.decode(String.self)
            keys = Set((try? value.decode([String: Anything].self))?.keys.map(\.self) ?? [])
        }
    }

    private struct Anything: Decodable {
        init(from decoder: any Decoder) {}
    }
}

extension String {
    fileprivate var trimmingSpace: String {
        String(reversed().drop { $0.isWhitespace }.reversed())
    }
}
