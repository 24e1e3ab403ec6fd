/// How MiniStack is run: on loopback (its default is every address), all it keeps in memory or in its own folder.
enum MiniStack {
  static func start(verifying: Bool) async throws -> S3Engine {
    let program = try S3Engine.program("ministack")
    return try await S3Engine.start("MiniStack") {
      let port = try Loopback.freePorts(1)[0]
      let folder = try ServerProcess.makeFolder()
      let process = try ServerProcess(
        [program],
        environment: [
          "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": "\(port)", "MINISTACK_HOST": "127.0.0.1",
          "STATE_DIR": folder + "/state", "S3_DATA_DIR": folder + "/state/s3",
          "AWS_ENDPOINT_URL": "http://127.0.0.1:\(port)",
          "AWS_ACCESS_KEY_ID": S3Engine.accessKeyID, "AWS_SECRET_ACCESS_KEY": S3Engine.secretAccessKey,
          "LAMBDA_EXECUTOR": "local", "SFTP_ENABLED": "0", "IOT_MTLS_ENABLED": "0", "LOG_LEVEL": "WARNING",
          "PYTHONDONTWRITEBYTECODE": "1", "AUTH": verifying ? "true" : "false",
        ], folder: folder)
      return (process, port, { Loopback.status(port: port, path: "/_ministack/health") == 200 })
    }
  }
}
