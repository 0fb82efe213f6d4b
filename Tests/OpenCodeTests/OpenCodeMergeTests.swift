import JSONText
import OpenAI
import OpenCode
import Testing

@Suite struct OpenCodeMergeTests {
    @Test func `files become what the golden files say`() throws {
        let files = try golden()
        let names = files.keys.filter { $0.contains(".before.") }
        #expect(names.count >= 12)
        for name in names {
            let before = try #require(files[name])
            let after = try #require(files[name.replacing(".before.", with: ".after.")], "\(name) has no other half")
            let merged = try twoModels.merged(into: before) ?? before
            #expect(String(decoding: merged, as: UTF8.self) == String(decoding: after, as: UTF8.self), "\(name)")
            // Strings are equal that differ in a line break's bytes or a mark.
            #expect(merged == after, "\(name)")
            #expect(try twoModels.merged(into: after) == nil, "\(name) changes again")
        }
    }

    @Test func `without models nothing changes, whatever the file says`() throws {
        for (name, text) in try golden() {
            #expect(try OpenCodeDocument(models: []).merged(into: text) == nil, "\(name)")
        }
        #expect(try OpenCodeDocument(models: []).merged(into: []) == nil)
    }

    @Test(arguments: [("[]", nil), ("1", nil), ("null", nil), ("\"x\"", nil)] as [(String, String?)])
    func `what is no object is not touched`(text: String, key: String?) {
        #expect(throws: OpenCodeFileProblem.notAnObject(key: key)) { try twoModels.merged(into: Array(text.utf8)) }
    }

    @Test(arguments: ["[]", "null", "\"x\"", "1"])
    func `providers that are no object are not touched`(value: String) {
        #expect(throws: OpenCodeFileProblem.notAnObject(key: "provider")) {
            try twoModels.merged(into: Array("{\"provider\":\(value)}".utf8))
        }
    }

    @Test func `a model of a person's own stays, and so does the choice of it`() throws {
        let own = #"{"id":"koboldcpp/Lake-24B","options":{"horde":{"trusted_workers":true}}}"#
        let file = #"{"model":"horde/mine","provider":{"horde":{"models":{"mine":\#(own),"gone":{"name":"Gone"}}}}}"#
        let text = try twoModels.text(in: file)
        #expect(
            text.contains(#""model":"horde/mine""#) && text.contains(#""mine""#) && text.contains("trusted_workers")
        )
        #expect(!text.contains(#""gone""#))
        #expect(try twoModels.merged(into: Array(text.utf8)) == nil)
    }

    @Test func `a new file is the document`() throws {
        #expect(try twoModels.text(in: "") == twoModels.json.text(.indented) + "\n")
    }

    /// Each case: what the file has, and what it has afterwards.
    @Test(arguments: [
        ("\"horde/gone\"", "\"horde/koboldcpp/Lake-24B\""),
        ("\"horde/\"", "\"horde/koboldcpp/Lake-24B\""),
        ("\"horde/aphrodite/maker/Reed-8B\"", "\"horde/aphrodite/maker/Reed-8B\""),
        ("\"anthropic/some-model\"", "\"anthropic/some-model\""),
        ("\"horde\"", "\"horde\""),
        ("\"horde2/gone\"", "\"horde2/gone\""),
        ("null", "null"),
        ("5", "5"),
    ])
    func `the model is changed only when it is ours and gone`(old: String, new: String) throws {
        let text = try twoModels.text(in: "{\"model\": \(old)}")
        #expect(text.hasPrefix("{\"model\": \(new), \"small_model\": \"horde/aphrodite/maker/Reed-8B\","))
    }

    @Test func `of repeated keys the last one counts`() throws {
        let text = try twoModels.text(
            in: #"{"model":"horde/x","model":"a/b","provider":5,"provider":{"horde":1,"horde":2},"small_model":"a/b"}"#
        )
        let beginning = #"{"model":"horde/x","model":"a/b","provider":5,"provider":{"horde":1,"horde":{"npm":"#
        #expect(text.hasPrefix(beginning) && text.hasSuffix(#"}},"small_model":"a/b"}"#))
    }

    @Test func `what a person added to our provider stays, and what is ours comes back`() throws {
        let json = try json(
            of: Array(
                twoModels.text(
                    in: #"""
                        {"provider": {"horde": {
                          "name": "My Horde", "whitelist": ["a"], "options": {"apiKey": "{file:~/.key}", "headers": {"x": "y"}},
                          "models": {"gone": {"name": "x"}, "koboldcpp/Lake-24B": {"options": {"top_k": 1}, "tool_call": false}}
                        }}}
                        """#
                ).utf8
            )
        )
        let provider = json["provider"]?["horde"]
        #expect(provider?["name"] == "AI Horde" && provider?["whitelist"] == ["a"])
        #expect(provider?["options"]?["apiKey"] == "{file:~/.key}" && provider?["options"]?["headers"] == ["x": "y"])
        #expect(provider?["models"]?["gone"] == nil && provider?["models"]?.object?.members.count == 2)
        #expect(provider?["models"]?["koboldcpp/Lake-24B"]?["options"] == ["top_k": 1])
        #expect(provider?["models"]?["koboldcpp/Lake-24B"]?["tool_call"] == true)
    }

    @Test func `comments in our provider and the order of its keys stay while it says the same`() throws {
        let text = #"""
            {
              "model": "horde/m", "small_model": "horde/m",
              "provider": {"horde": { // mine
                "models": {"m": {"limit": {"output": 512, "context": 32768}, "modalities": {"output": ["text"],
                  "input": ["text"]}, "temperature": true, "reasoning": false, "tool_call": true, "name": "m"}},
                "options": {"chunkTimeout": 900000, "headerTimeout": false, "timeout": false,
                  "apiKey": "{env:AI_HORDE_API_KEY}", "baseURL": "http://localhost:8080/v1"},
                "name": "AI Horde", "npm": "@ai-sdk/openai-compatible", },
              },
            }
            """#
        #expect(try OpenCodeDocument(models: [model("m")]).merged(into: Array(text.utf8)) == nil)
        #expect(try OpenCodeDocument(models: [model("m", output: 511)]).merged(into: Array(text.utf8)) != nil)
    }

    @Test func `problems are told in a line`() {
        #expect(
            "\(OpenCodeFileProblem.notJSONC(line: 3, column: 7))"
                == "The file cannot be read as JSON at line 3, column 7, and is left as it is."
        )
        #expect(
            "\(OpenCodeFileProblem.notAnObject(key: nil))" == "The file is not a JSON object, and is left as it is."
        )
        #expect(
            "\(OpenCodeFileProblem.notAnObject(key: "provider"))"
                == "'provider' is not an object, and the file is left as it is."
        )
    }
}
