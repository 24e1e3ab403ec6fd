import Foundation
import Testing

/// The function's program, and the zip it is shipped in.
enum FunctionProgram {
  /// What `make lambda` made: the file that `PIXELATER_LAMBDA_ZIP` names, else the usual place. Nil: it is not there.
  static let zip: String? = {
    let repository = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(
      separator: "/")
    let named = ProcessInfo.processInfo.environment["PIXELATER_LAMBDA_ZIP"] ?? ""
    let path = named.isEmpty ? repository + "/.build/lambda/pixelater-lambda.zip" : named
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }()

  /// Whether tests of the zip run. Without one they are left out, but not where a zip was promised, nor in the pass over
  /// the programs as they are shipped.
  static var isZipWanted: Bool {
    let environment = ProcessInfo.processInfo.environment
    return zip != nil || environment["PIXELATER_LAMBDA_ZIP"] != nil
      || environment["CI"] != nil && environment["PIXELATER_TESTED"] != nil
  }

  static let zipComment: Comment =
    "there is no zip of the function: run `make lambda`, or name one in PIXELATER_LAMBDA_ZIP"

  static func requiredZip() throws -> String { try #require(zip, zipComment) }

  /// The program that was built with the tests, beside their bundle.
  static let path: String = {
    let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(filePath: tests).deletingLastPathComponent().appending(path: "bootstrap").path
  }()

  static let template: String =
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
    + "/deploy/template.yaml"

  /// Unpacks the zip with its modes.
  static func unpack(to folder: String) async throws {
    let unzip = """
      import os, sys, zipfile
      for entry in zipfile.ZipFile(sys.argv[1]).infolist():
          path = os.path.join(sys.argv[2], entry.filename)
          os.makedirs(os.path.dirname(path), exist_ok=True)
          with open(path, "wb") as file:
              file.write(zipfile.ZipFile(sys.argv[1]).read(entry))
          os.chmod(path, entry.external_attr >> 16 & 0o777)
      """
    let words = try TestWorkspace()
    let program = try RunningProgram(
      executable: "/usr/bin/env", arguments: ["python3", "-c", unzip, try requiredZip(), folder],
      environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"], input: "", folder: words.folder)
    let result = try await program.result()
    try #require(result.status == 0, "\(result.errors)")
  }
}
