import Glibc
package import PixelEngine

/// How a run shares the machine.
package struct RunOptions: Sendable {
  /// Objects under way at once, reading, decoding or writing, 1 or more. Default: twice the cores, so that some transfer
  /// while others decode.
  package var jobs = 2 * RunOptions.cores
  /// Pictures decoded at once, and where there are fewer of them, threads for the parts of a large one. Default: the cores.
  package var decoders = RunOptions.cores
  /// Memory for pictures under way, in bytes. Default 1 GiB.
  package var memoryBytes = 1 << 30
  /// The part of it that decoding and encoding take; the rest is for the files themselves.
  var decodingBytes: Int { memoryBytes / 2 }
  /// What is stored. Default: mosaics.
  package var form = RenditionForm.mosaic
  /// Look at the source once more before the first rendition is written: where several processes work on one object, one
  /// that read an older version then does not write over what another made of the newer. Default: only afterwards.
  package var looksBeforeWriting = false
  package var retry = RetryPolicy()
  /// Most objects begun in a second. Default: as fast as it goes.
  package var rate: ObjectRate?
  /// What the rate, and the rests after a store asked to slow down, go by.
  package var clock = RunClock.standard

  package init() {}

  private static var cores: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}
