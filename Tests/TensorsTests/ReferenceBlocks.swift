import Tensors

/// Random blocks of every type, and what the Python package `gguf` (0.19.0) makes of them.
struct ReferenceBlocks: Sendable {
    let type: ElementType
    /// The blocks, in hexadecimal.
    let hexadecimal: String
    /// The FNV-1a hash, of 64 bits, of the float32 numbers' bytes, little endian.
    let hash: UInt64

    var bytes: [UInt8] {
        let digits = Array(hexadecimal.utf8).map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x57 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    static func hash(of numbers: [Float]) -> UInt64 {
        numbers.withUnsafeBytes { bytes in
            bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        }
    }

    static let all: [ReferenceBlocks] = [
        ReferenceBlocks(
            type: .f16,
            hexadecimal: """
                fdbb6f3b35ab1b301fb95abccfbcbcbacb38b8244fb7a8b3b6bdec3cdebc6d2946401ac1a1bdcab9\
                762fdcbe87b347a77531c7c02c39633efc36c9b9e8b84bc1
                """,
            hash: 0xF392_9572_09D8_ED3F
        ),
        ReferenceBlocks(
            type: .bf16,
            hexadecimal: """
                dfbf37bf183f7d3f2d3e873f053f87bfa53f01bfd0bfe03ee83f753f7f3f433e1dc02e3f213e29c0\
                26bf61bf873ffc3d983e783ea9bffbbf6a3d96be69bc2abe
                """,
            hash: 0x02C9_0491_66D1_A6D2
        ),
        ReferenceBlocks(
            type: .q4_0,
            hexadecimal: """
                e7b079df6daf01755d90f8ffec8da9cd3fda4a3b049aa3857327985b6035c4addbab0055b8b6279a\
                f7c31e4f62b13e3c961f3e1102de
                """,
            hash: 0x1707_E620_1685_D8F2
        ),
        ReferenceBlocks(
            type: .q4_1,
            hexadecimal: """
                c13459b9539d29d064386e141ac9905bffb24b851c3bd8371e4a5238b9326deb8378cedf9120bdde\
                f0406aafb19d568ac3bb0e4be1d84bd3e2cf29ee
                """,
            hash: 0xDEA1_676C_E760_A64C
        ),
        ReferenceBlocks(
            type: .q5_0,
            hexadecimal: """
                bbb9f1dde0ed340e7283a21f0c98f595e2f5233517455fb1ce67312e6ab9d2a0afe56e3d9d10169b\
                41280e5f583ae4d10bd6264a48c6304e95d3feec63f5560bebac
                """,
            hash: 0x80C0_0E06_D231_CE7F
        ),
        ReferenceBlocks(
            type: .q5_1,
            hexadecimal: """
                babf5ab492b73f51ab9d885e9088a0fcd234d2e71d7bfd99f03a8f2eeef510b4ae1127b6b0236910\
                7e5387bcd693ed61763a56b54ebde93d9993919c055838e132985ced5636e75b
                """,
            hash: 0xBC56_2F7A_7B7B_44DE
        ),
        ReferenceBlocks(
            type: .q8_0,
            hexadecimal: """
                b73c8227e77f9027b059f062385f957febaa745fceb3257423ab3d9bdfbd27f927563cbbdceed5e4\
                579fc88788f2c9a5a92c53b4b468f6074a16a62b467f862fd7235b10d6b4628e20ae957e9b910f6e\
                0447ce7059cf07f7590f5f62a0e33476cb0ce75526e5
                """,
            hash: 0xA79A_D68B_9761_0FF8
        ),
        ReferenceBlocks(
            type: .q2_k,
            hexadecimal: """
                451beae40ac98cdc9ed3a5e142c0d6b43303dc108416979f4f966620796ebd2eb83d5914eca03317\
                f717c4d1da60f30f8b0a8a1316b6b625249fd7c0decda83a634273592943563d6171aa1d00d92937\
                0eb1cc38c2e0a47200e36e9898b758a6e463af99921c1fde810e9dab70cd37e78e2e7cdf3d90a22d\
                65f8affb3da891f63d27c19014079ea5758884731ae79f4e3f01cf31a4bc8ac46f1d0274d5321f42\
                c10f03fa8cbb66b9
                """,
            hash: 0xA09A_8177_06F6_6B04
        ),
        ReferenceBlocks(
            type: .q3_k,
            hexadecimal: """
                86b14f5a09ac3a15ee3bbd75c34f4cc125e3908b6afd2742c56f87f72fe0133a656f6142b4784cf9\
                b8c9e6f0235e98297a129c8a804a28c88ca4b8c1fa714d8abd00f7cd9aca884ccec96245c839f023\
                768be2712cd53cf2c4112c87b94e5696d81c78a309b261e10f8113541936b875452414a7054aba4b\
                8a5ccd04d598c5b3f2eec901214df6b600dbb5a972973b671494c528bbe1c079b2272ea43301f07b\
                a62c0681ad4851f274f3cb2ac3e6e41aa983312df3886ba26a23696137d57179ef768f4e900d86d2\
                19f60070ccac663796921196bed5f6f00a5f6cbc
                """,
            hash: 0x98C0_BD2B_B1BB_77AE
        ),
        ReferenceBlocks(
            type: .q4_k,
            hexadecimal: """
                23b09e321b79e03a28f00b3474be665f427d153ee40767d371612c18ccea498320a5f5a09a36cdd8\
                257c8bf6d57cd3a64e19572f396a7af0eba37934031f3b250135337f255a7f346b4199f80f94c025\
                267dc1a077b66561dbc14cbd1cbddb331130db8b1f3522a0a16faec1af857eb90264b99c620054ec\
                dfb073c74219716cb60e2049f863b56c125900e0d8b9f7a1ab3c431ef87151a8316ac14c364d34fc\
                6ea6ce449fb9dbcb1c9330d67fb0daa5bb435d6dc6d2082c5699c57f59c1fce7617716e179ccff39\
                ff0020693b0d1cd9e967ec8d1f1fa7a1c02335b37d1f7f620d84525f761cdb2ee4aabd4a9f91f85a\
                8b9813b93f69dbebdda7e1b013175369e406077fe5bb5289232cd5b0ba3f1ab2e4defeac0483613e\
                a9f945939366b2bf
                """,
            hash: 0x32DF_C4A2_BD4A_FF69
        ),
        ReferenceBlocks(
            type: .q5_k,
            hexadecimal: """
                4fbc88ac16a21a901eba9fcf57cd19985184b62a5decaecc4972f2124db3811cd4580a200e618e27\
                fa8b4e01ce46dca83dac461853f99d51e8115ad95e910f07ce5e039b3d0711d52ecd32c6064ca285\
                52558a6b685f483fef0f73aa613681c1121544b20340f76d2113c5331bfecab3444290099b679ffd\
                0061ec199d88c6660704615c482de4b4704bdf40e68f7f3f2ce7a2cc584a40a92ab153df13bf737b\
                b16868257bafb8eead6452f1cb8bb22e7731a52f01a9610c607341ee641882fcd028ee6e9ed13994\
                13e8206d41110b93f548b05e23f17170f8f18ce61e7b5345a9fa7b0c952dbc3335c8e86b9c14e947\
                074095ef7f16a1231b84efbcf12440ae96b3accf104f4b5434bf86d6f299b0e949e6d446e747a318\
                4b76bd94f98d1628767b92439641b7331e2c77739fc4400ba2bdcc61a75d3a5cb9d917066d743ded\
                c8d179ec6f69cb3b8e8dc6022f3c929f095d7b4c40c82721cde94defe8f9fef9
                """,
            hash: 0x0342_E972_E0CD_BC6A
        ),
        ReferenceBlocks(
            type: .q6_k,
            hexadecimal: """
                ee3139ffa8ad26e27cf7de899a082e12f0cbcdab3de3d33ba735b62fcdc54e7beebedc84d2bf8978\
                3fde3c8adab8c643d2136528eedab3c025d4bd281e5d21dabc1ce184128afd5b910ff10df87f26cd\
                9b16bd56a430090b49cfa3cfdbcb0e5cb07a0f3c8569abf0dc828c6df6119f72959c6bbb26631a71\
                de9043f8cb0330be3170deeae1988434130d6d39ba4d14976fc3f733005f217bdbdd7976b6f84bb8\
                df2a8380b291b68c5439f906242dd5fd7706b29fb67a5267408bb2e1c966cf1ff9360010c85670cf\
                3138a84aaae9a1659cbd79bfc281bfe9ea8f09c73a95438aac0ba5cc08805373a0f143e011137842\
                1393c794053ffa396a947850ea16e1e038cc2922f623ebe27aad0155cc77a958abc0be8f6f66fc15\
                0f22131dbfd60c053e3692525d16821f15e30984267a283ee98a41336e122d76e9c26c1684f80fb0\
                f4a94b1db5373518d8ed4fa185bb84dac1b4282d73205d2e94179c5a4a8d28c8f9f78c8796bfe09c\
                51c672506996253981b9bb2d2579198cabd84ba609e7b36c044ecaa48963fbfd876eb561668e6962\
                9ac43df276b6576b9d201a034cf6a16cdecba4bd
                """,
            hash: 0xB659_9BA6_D550_8821
        ),
        ReferenceBlocks(
            type: .iq4_nl,
            hexadecimal: """
                a8b5b7d6e6d78af31ce5c76b66e64a3a8572b739e48e9337750b4c4494ea5a6c5273d8e406312f0b\
                e0cab8d1b2ff553b3fe6c38626d2
                """,
            hash: 0x70DE_BDFC_0D33_C3FD
        ),
    ]
}
