import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.processor.FailOnInvalidTimestamp;
import org.apache.kafka.streams.processor.WallclockTimestampExtractor;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers.InMemoryDslStoreSuppliers;

/** Counts events by the minute, and publishes "minute" -> "count" with each event that it counts. */
public class Minutes {
  public static void main(String[] arguments) throws Exception {
    var env = System.getenv();
    var isOfRecord = env.getOrDefault("TIME", "arrival").equals("record");
    var grace = Duration.ofMinutes(Long.parseLong(env.getOrDefault("GRACE_MINUTES", "0")));
    var minutes = TimeWindows.ofSizeAndGrace(Duration.ofMinutes(1), grace);

    var builder = new StreamsBuilder();
    builder.stream(env.get("EVENTS"))
        .groupByKey()
        .windowedBy(minutes)
        .count(Materialized.as(new InMemoryDslStoreSuppliers()))
        .toStream()
        .map((minute, count) -> KeyValue.pair(
            minute.key() + "@" + minute.window().start() / 60_000, count.toString()))
        .to(env.get("COUNTS"));

    var settings = new Properties();
    settings.putAll(Map.of(
        "application.id", env.get("APPLICATION"),
        "bootstrap.servers", env.get("BROKERS"),
        "state.dir", "state",
        "auto.offset.reset", "earliest",
        "statestore.cache.max.bytes", "0", // else several counts of a minute become one
        "default.timestamp.extractor",
        isOfRecord ? FailOnInvalidTimestamp.class : WallclockTimestampExtractor.class,
        "default.key.serde", Serdes.StringSerde.class,
        "default.value.serde", Serdes.StringSerde.class));
    var streams = new KafkaStreams(builder.build(), settings);
    var running = new CountDownLatch(1);
    streams.setStateListener((now, before) -> {
      if (now == KafkaStreams.State.RUNNING) running.countDown();
    });
    streams.start();
    running.await();
    try (var ready = new ServerSocket(Integer.parseInt(env.get("PORT")))) {
      Thread.currentThread().join();
    }
  }
}
