import Pipeline

enum ObjectStateNames {
  static func state(_ word: String) -> ObjectState? { ObjectState(rawValue: word) }
}
