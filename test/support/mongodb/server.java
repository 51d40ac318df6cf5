import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

/** Somebody else's MongoDB-speaking server on a free loopback port, which it prints; it ends when its input ends. */
class Server {
    /** The server's own versions announce a protocol that is too old for the driver. */
    static final MongoVersion VERSION = new MongoVersion() {
        public List<Integer> getVersionArray() {
            return List.of(6, 0, 0);
        }

        public int getWireVersion() {
            return 17;
        }
    };

    public static void main(String[] words) throws Exception {
        var server = new MongoServer(new MemoryBackend().version(VERSION));
        System.out.println("listening on " + server.bind().getPort());
        // A parent that dies, however it dies, takes the server with it.
        while (System.in.read() >= 0) {}
        server.shutdownNow();
    }
}
