/// Texts with their true number of tokens, counted with mistral-common 1.13.1's own vocabularies.
struct CountedText: Sendable {
    let name: String
    let text: String
    /// Tekken (131k entries) and Mistral 7B v0.3 (SentencePiece, 32k entries).
    let tekken: Int
    let sentencePiece: Int

    static let all = [
        CountedText(name: "English", text: english, tekken: 131, sentencePiece: 137),
        CountedText(name: "code", text: code, tekken: 191, sentencePiece: 232),
        CountedText(name: "JSON", text: json, tekken: 282, sentencePiece: 342),
        CountedText(name: "Chinese", text: chinese, tekken: 104, sentencePiece: 119),
        CountedText(name: "Japanese", text: japanese, tekken: 82, sentencePiece: 108),
        CountedText(name: "Russian", text: russian, tekken: 78, sentencePiece: 96),
    ]

    private static let english = #"""
        The harbour was quiet when the last ferry came in. Two men in oilskins caught the ropes and made \#
        them fast, and nobody on board seemed to be in any hurry to leave. A woman with a blue suitcase \#
        stood at the rail for a while, looking up at the lights on the hill, as though she were counting \#
        them. Then she laughed, said something to the captain that the wind carried away, and walked down \#
        the gangway into the rain. It had been raining for three days. The streets ran with it, the gutters \#
        overflowed, and even the gulls had given up and sat in rows along the warehouse roofs.
        """#

    private static let code = """
        func merge(_ left: [Int], _ right: [Int]) -> [Int] {
            var result: [Int] = []
            result.reserveCapacity(left.count + right.count)
            var i = 0, j = 0
            while i < left.count && j < right.count {
                if left[i] <= right[j] {
                    result.append(left[i])
                    i += 1
                } else {
                    result.append(right[j])
                    j += 1
                }
            }
            return result + left[i...] + right[j...]
        }

        def parse_line(line: str) -> dict[str, str]:
            \"""Splits 'key=value; key=value' into a dictionary.\"""
            pairs = (part.split("=", 1) for part in line.split(";") if "=" in part)
            return {key.strip(): value.strip() for key, value in pairs}

        """

    private static let json = """
        {
          "id": "chatcmpl-7f3a",
          "object": "chat.completion",
          "created": 1732531200,
          "model": "koboldcpp/Cydonia-24B-v4.3",
          "choices": [
            {
              "index": 0,
              "message": {
                "role": "assistant",
                "content": "It is 18 degrees and cloudy in Oslo."
              },
              "finish_reason": "stop"
            }
          ],
          "usage": {
            "prompt_tokens": 1432,
            "completion_tokens": 57,
            "total_tokens": 1489
          },
          "tools": [
            {
              "type": "function",
              "function": {
                "name": "get_weather",
                "description": "Current weather of a city.",
                "parameters": {
                  "type": "object",
                  "properties": {
                    "city": {
                      "type": "string"
                    },
                    "unit": {
                      "type": "string",
                      "enum": [
                        "celsius",
                        "fahrenheit"
                      ]
                    }
                  },
                  "required": [
                    "city"
                  ]
                }
              }
            }
          ]
        }
        """

    private static let chinese = """
        港口很安静,最后一班渡轮刚刚靠岸。两个穿着雨衣的人接住缆绳,把船系好。一个提着蓝色箱子的女人在栏杆边\
        站了一会儿,望着山上的灯火,好像在一盏一盏地数。雨已经下了三天,街道上到处都是积水,连海鸥也不再飞了\
        。
        """

    private static let japanese = """
        最後のフェリーが着いたとき、港は静かだった。雨合羽を着た二人の男がロープを受け取り、船をつないだ。青\
        い鞄を持った女が手すりのそばに立ち、丘の上の明かりを数えるように眺めていた。雨は三日間降り続いていた\
        。
        """

    private static let russian = """
        Когда пришёл последний паром, в гавани было тихо. \
        Двое мужчин в дождевиках поймали канаты и закрепил\
        и их. Женщина с синим чемоданом долго стояла у пер\
        ил и смотрела на огни на холме, словно считала их.\
         Дождь шёл уже третий день.
        """
}
