// A right client on Java's own HttpClient (which asks for an upgrade to HTTP/2), no library: `java Client.java`.
// It reads the scenario with a small parser of its own and writes each step's arguments back as they stand there.
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.time.Duration;
import java.util.*;

public class Client {
  static final String BASE = System.getenv("SMSPROOF_BASE_URL");
  static final boolean MESSANGI = "messangi".equals(System.getenv("SMSPROOF_VENDOR"));
  static final HttpClient HTTP = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  static String text;
  static int at;

  static void space() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) at++;
  }

  static Object value() {
    space();
    char first = text.charAt(at);
    if (first == '{') {
      Map<String, Object> object = new LinkedHashMap<>();
      at++;
      for (space(); text.charAt(at) != '}'; space()) {
        if (text.charAt(at) == ',') at++;
        space();
        String key = (String) value();
        space();
        at++;
        object.put(key, value());
      }
      at++;
      return object;
    }
    if (first == '[') {
      List<Object> list = new ArrayList<>();
      at++;
      for (space(); text.charAt(at) != ']'; space()) {
        if (text.charAt(at) == ',') at++;
        list.add(value());
      }
      at++;
      return list;
    }
    if (first == '"') {
      StringBuilder read = new StringBuilder();
      for (at++; text.charAt(at) != '"'; at++) {
        char next = text.charAt(at);
        if (next != '\\') {
          read.append(next);
        } else if (text.charAt(++at) == 'u') {
          read.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
          at += 4;
        } else {
          read.append("nrt".indexOf(text.charAt(at)) < 0 ? text.charAt(at) : "\n\r\t".charAt("nrt".indexOf(text.charAt(at))));
        }
      }
      at++;
      return read.toString();
    }
    int start = at;
    while (at < text.length() && ",]} \n\r\t".indexOf(text.charAt(at)) < 0) at++;
    return new StringBuilder(text.substring(start, at));  // numbers and words as they are written
  }

  static String json(Object value) {
    if (value instanceof Map<?, ?> object) {
      StringJoiner members = new StringJoiner(",\n  ", "{\n  ", "\n}");
      object.forEach((key, member) -> members.add(json(key) + ": " + json(member)));
      return members.toString();
    }
    if (value instanceof List<?> list) {
      StringJoiner items = new StringJoiner(", ", "[", "]");
      list.forEach(item -> items.add(json(item)));
      return items.toString();
    }
    if (value instanceof String string) {
      return '"' + string.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\t", "\\t") + '"';
    }
    return value.toString();
  }

  static HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create(BASE + path))
        .timeout(Duration.ofSeconds(1))
        .header("authorization", "Bearer " + System.getenv("SMSPROOF_TOKEN"));
  }

  static void post(String path, Object body) {
    send(to(path).header("Content-Type", "application/json")
        .header("Accept", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(json(body))));
  }

  static void send(HttpRequest.Builder request) {
    try {
      HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (Exception lost) {
      System.err.println("lost: " + lost);
    }
  }

  @SuppressWarnings("unchecked")
  public static void main(String[] words) throws Exception {
    text = Files.readString(Path.of(System.getenv("SMSPROOF_SCENARIO")));
    String send = MESSANGI ? "/raven/v2/messages" : "/_rest/v4/app/sms/send";
    String webhook = "/_rest/v4/my/did/sms/webhook";
    for (Object entry : (List<Object>) ((Map<String, Object>) value()).get("steps")) {
      Map<String, Object> step = (Map<String, Object>) entry;
      Map<String, Object> args = (Map<String, Object>) step.get("args");
      if (args.get("callbacks") instanceof List<?> urls) {
        args.put("callbacks", String.join(",", (List<String>) urls));
      }
      switch ((String) step.get("do")) {
        case "send" -> post(send, args);
        case "send_many" -> post(send, args.get("messages"));
        case "set_webhook" -> post(webhook, args);
        case "batch" -> post("/raven/v3/messages/batch", args);
        default -> send(to(webhook + "?endpoint="
            + URLEncoder.encode((String) args.get("endpoint"), StandardCharsets.UTF_8)).GET());
      }
    }
  }
}
