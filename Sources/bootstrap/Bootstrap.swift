import FoundationEssentials
import Glibc
import LambdaRuntime

/// The function: AWS Lambda starts it by this name, and it takes S3's events for as long as it lives.
@main
enum Bootstrap {
  static func main() async {
    let environment = ProcessInfo.processInfo.environment
    let log = LambdaLog(minimum: FunctionConfiguration.logLevel(environment))
    let runtime: LambdaRuntime
    do throws(RuntimeError) {
      runtime = try LambdaRuntime(address: environment["AWS_LAMBDA_RUNTIME_API"] ?? "", log: log)
    } catch {
      log(.fatal, error.description)
      end()
    }

    let function: EventFunction
    do throws(InvocationFailure) {
      function = EventFunction(sources: try SourceBuckets(FunctionConfiguration(environment)))
    } catch {
      await runtime.reportInitFailure(error)
      end()
    }
    _ = await runtime.run { (event, context) async throws(InvocationFailure) in
      try await function.handle(event, context)
    }
    end()
  }

  /// Lambda starts another process. Nothing is put in order: other threads may still work.
  private static func end() -> Never { _exit(1) }
}
