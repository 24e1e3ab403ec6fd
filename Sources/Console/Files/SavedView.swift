package import Pipeline
import TOMLKit

/// A view with what narrows it and how it is sorted, under a name.
package struct SavedView: Hashable, Sendable {
  package var name: String
  package var view: ConsoleView
  /// What is typed after `/`.
  package var filter = ""
  /// The state filter; nil is all.
  package var state: ObjectState?
  package var sort = RowSort()

  package init(name: String, view: ConsoleView) {
    self.name = name
    self.view = view
  }

  /// Names are words, so that they can be typed after `:view` and stand in a file as they are.
  package static func isName(_ text: String) -> Bool {
    (1...40).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }
}

/// Saved views as a file in TOML, a table each:
///
///     [failed-today]
///     view = "failed"
///     filter = "age<1d"
///     sort = "age"
package enum SavedViewFile {
  /// What a file says. What cannot be read is left away, and said.
  package static func read(_ text: String) -> (views: [SavedView], problems: [String]) {
    let table: TOMLTable
    do {
      table = try TOMLTable(string: text)
    } catch let error as TOMLParseError {
      return ([], ["line \(error.source.begin.line): \(DisplayText.plain(error.description))"])
    } catch {
      return ([], ["the file is no TOML"])
    }
    var views: [SavedView] = []
    var problems: [String] = []
    for name in table.keys {
      do throws(Problem) {
        guard SavedView.isName(name) else { throw Problem(text: "a name has letters, digits, - and _") }
        guard let fields = table[name]?.table else { throw Problem(text: "a view is a table") }
        views.append(try view(name, fields))
      } catch {
        problems.append("[\(DisplayText.plain(name))]: \(error.text)")
      }
    }
    return (views.sorted { $0.name < $1.name }, problems)
  }

  private struct Problem: Error {
    var text: String
  }

  private static func view(_ name: String, _ fields: TOMLTable) throws(Problem) -> SavedView {
    func text(_ key: String) throws(Problem) -> String? {
      guard let value = fields[key] else { return nil }
      guard let text = value.string else { throw Problem(text: "\(key) takes a text") }
      return text
    }
    func choice<T: RawRepresentable & CaseIterable>(_ key: String, _ type: T.Type) throws(Problem) -> T?
    where T.RawValue == String {
      guard let word = try text(key) else { return nil }
      guard let value = T(rawValue: word) else {
        throw Problem(text: "\(key) takes " + T.allCases.map(\.rawValue).joined(separator: ", "))
      }
      return value
    }
    guard let page = try choice("view", ConsoleView.self) else { throw Problem(text: "it does not say which view") }
    var view = SavedView(name: name, view: page)
    view.filter = try text("filter") ?? ""
    view.state = try choice("state", ObjectState.self)
    view.sort = RowSort(try choice("sort", RowSort.Column.self) ?? .name, reversed: fields["reversed"]?.bool ?? false)
    return view
  }

  package static func text(_ views: [SavedView]) -> String {
    var lines = ["# Written by :save and :forget in the console; it may be edited while none is open."]
    for view in views.sorted(by: { $0.name < $1.name }) {
      lines += ["", "[\(view.name)]", "view = \"\(view.view.rawValue)\""]
      if !view.filter.isEmpty { lines.append("filter = \(quoted(view.filter))") }
      if let state = view.state { lines.append("state = \"\(state.rawValue)\"") }
      if view.sort.column != .name { lines.append("sort = \"\(view.sort.column.rawValue)\"") }
      if view.sort.reversed { lines.append("reversed = true") }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A basic string of TOML 1.0.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
