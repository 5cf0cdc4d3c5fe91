import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.Scanner;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A gateway that knows Kafka and nothing of Ratestream: each line of standard input becomes a record as it is, with a
 * header that names its source. Run: java -cp 'kafka/*' ForeignProducer.java BROKERS TOPIC SOURCE < lines
 */
class ForeignProducer {
  public static void main(String[] args) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    settings.put("acks", "all");
    int written = 0;
    try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        var lines = new Scanner(System.in, StandardCharsets.UTF_8)) {
      while (lines.hasNextLine()) {
        var bytes = lines.nextLine().getBytes(StandardCharsets.UTF_8);
        var message = new ProducerRecord<byte[], byte[]>(args[1], bytes);
        message.headers().add("source", args[2].getBytes(StandardCharsets.UTF_8));
        producer.send(message);
        written++;
      }
      producer.flush();
    }
    System.out.println(written);
  }
}
