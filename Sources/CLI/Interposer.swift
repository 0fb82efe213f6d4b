@main enum Interposer { static func main() {} }
