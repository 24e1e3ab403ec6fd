/// What the person at the terminal did.
package enum InputEvent: Hashable, Sendable {
  case key(Key)
  /// Text pasted in one go (bracketed paste), raw.
  case paste(String)
  case mouse(MouseEvent)
}

package enum Key: Hashable, Sendable {
  /// A printable character as typed, space included.
  case character(Character)
  /// Control with a lower-case letter: `.control("l")` is Ctrl-L.
  case control(Character)
  case alt(Character)
  case up, down, left, right
  case home, end, pageUp, pageDown
  case enter, escape, tab, backTab, backspace, delete, insert
  case function(Int)
}

package struct MouseEvent: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case press, doublePress, wheelUp, wheelDown
  }

  package var kind: Kind
  package var point: ScreenPoint

  package init(kind: Kind, point: ScreenPoint) {
    self.kind = kind
    self.point = point
  }
}
