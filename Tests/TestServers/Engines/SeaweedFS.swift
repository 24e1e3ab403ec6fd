/// How SeaweedFS is run: everything in one process, on loopback, without telemetry.
enum SeaweedFS {
  static func start() async throws -> S3Engine {
    let program = try S3Engine.program("weed")
    return try await S3Engine.start("SeaweedFS") {
      let ports = try Loopback.freePorts(8)
      let folder = try ServerProcess.makeFolder()
      try TextFile.write(identities, to: folder + "/identities.json")
      // A bucket is a set of volumes of its own: few and small, or some tens of buckets fill the disk's share.
      try TextFile.write(
        "[master.volume_growth]\ncopy_1 = 2\n[master.maintenance]\nscripts = \"\"\n", to: folder + "/master.toml")
      let process = try ServerProcess(
        [
          program, "server", "-dir=\(folder)", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
          "-master.port=\(ports[0])", "-master.port.grpc=\(ports[1])", "-master.telemetry=false",
          "-master.volumeSizeLimitMB=1024",
          "-volume.port=\(ports[2])", "-volume.port.grpc=\(ports[3])", "-volume.max=2000",
          "-volume.preStopSeconds=1",
          "-filer", "-filer.port=\(ports[4])", "-filer.port.grpc=\(ports[5])",
          "-filer.localSocket=\(folder)/filer.sock",
          "-s3", "-s3.port=\(ports[6])", "-s3.port.grpc=\(ports[7])", "-s3.port.iceberg=0", "-s3.port.lance=0",
          "-s3.config=\(folder)/identities.json",
          // As AWS does, unlike its defaults.
          "-s3.autoCreateBucket=false", "-s3.allowDeleteBucketNotEmpty=false",
          "-webdav=false",
        ], folder: folder)
      return (
        process, ports[6],
        {
          // The master gives out a place for a file only once the volumes are there; S3 refuses a request without a
          // signature only once it has read who may.
          Loopback.status(port: ports[6], path: "/") == 403
            && Loopback.status(port: ports[0], path: "/dir/assign") == 200
            && Loopback.status(port: ports[4], path: "/") == 200
        }
      )
    }
  }

  private static let identities = """
    {"identities": [{
      "name": "tests",
      "credentials": [{"accessKey": "\(S3Engine.accessKeyID)", "secretKey": "\(S3Engine.secretAccessKey)"}],
      "actions": ["Admin", "Read", "Write", "List", "Tagging"]
    }]}
    """
}
