import FoundationEssentials
import Secrets

/// How the status page looks, and by what a browser knows that no other style is meant.
enum StatusStyle {
    /// SHA-256, as a Content-Security-Policy has it.
    static let digest = Data(SHA256.digest(Secret("\(text)"))).base64EncodedString()

    static let text: StaticString = """
        :root{--ink:#1c2024;--soft:#5b6570;--paper:#fbfbf9;--card:#fff;--line:#d9dcdf;--ok:#1a7f4b;--degraded:#9a6200;\
        --down:#b3261e}\
        @media(prefers-color-scheme:dark){:root{--ink:#e6e8ea;--soft:#9aa4ae;--paper:#14171a;--card:#1c2024;--line:#343b42;\
        --ok:#4cc38a;--degraded:#f0b449;--down:#ff8a80}}\
        *{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);\
        font:16px/1.5 system-ui,sans-serif}main{max-width:72rem;margin:0 auto;padding:1rem}\
        header{border-left:.5rem solid var(--ok);padding:.25rem 1rem;margin-bottom:1rem}header.degraded{border-color:var(--degraded)}\
        header.down,header.stopping{border-color:var(--down)}h1{font-size:1.75rem;margin:0}h2{font-size:1.1rem;margin:0 0 .5rem}\
        h3{font-size:1rem;margin:.5rem 0 0}p{margin:.25rem 0;overflow-wrap:anywhere}\
        section{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:1rem;margin-bottom:1rem}\
        section>div{overflow-x:auto}pre{background:var(--paper);border:1px solid var(--line);border-radius:.25rem;padding:.5rem;\
        overflow-x:auto;margin:.25rem 0}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}\
        th,td{text-align:right;padding:.25rem .5rem;border-bottom:1px solid var(--line);white-space:nowrap}\
        th:first-child{text-align:left;font-weight:500;white-space:normal;overflow-wrap:anywhere;min-width:9rem}\
        thead th{color:var(--soft);font-size:.85rem;font-weight:400}\
        dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:.25rem 1.5rem;margin:0}\
        dl div{display:flex;justify-content:space-between;border-bottom:1px solid var(--line)}dt{color:var(--soft)}dd{margin:0}\
        label{display:grid;grid-template-columns:1fr auto;gap:0 1rem;margin-bottom:.5rem}meter{grid-column:1/-1;width:100%}\
        label span{color:var(--soft);font-variant-numeric:tabular-nums}nav{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem}\
        a{color:inherit}.name{color:var(--soft)}pre{white-space:pre-wrap;overflow-wrap:anywhere}.text{text-align:left}\
        .id{color:var(--soft);font:.8rem ui-monospace,monospace}article{border-top:1px solid var(--line)}\
        .errors{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(24rem,100%),1fr));gap:.75rem 2rem}\
        h3{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem}h3 span{font-weight:400;color:var(--soft)}\
        dl div{gap:.5rem}:focus-visible{outline:2px solid var(--ok)}\
        @media(max-width:56rem){.requests thead{position:absolute;clip-path:inset(50%)}.requests tr{display:flex;\
        flex-wrap:wrap;border-bottom:1px solid var(--line);padding:.25rem 0}.requests tr>*{border:0;padding:0 .5rem}\
        .requests tr>th{flex:0 0 100%}.requests .text{flex:1;white-space:normal}}\
        @media(max-width:34rem){main{padding:.5rem}section{padding:.75rem .5rem}.requests .id{flex:0 0 100%;text-align:left}\
        .models tr{display:flex;flex-wrap:wrap;border-bottom:1px solid var(--line);padding:.25rem 0}\
        .models tr>*{flex:1;border:0;padding:0 .5rem}.models tr>:first-child{flex:0 0 100%}}
        """
}
