/// The default texts on which a model is compared with its source: English, Korean, code, numbers,
/// and difficult cases for tokenizers.
enum ParityText {
    static let texts = [
        """
        The expense report is due on the fifth working day of the month. Receipts above thirty \
        euros have to be attached as a scan, and the project's number belongs in the first line. \
        If a receipt is lost, a signed note is enough once a year; after that the amount is not \
        paid back. Travel by train is booked through the portal, second class up to four hours \
        and first class beyond. Flights need the consent of the head of the department.
        """,
        """
        휴가는 인사 포털에서 신청합니다. 날짜와 사유를 입력하면 팀장이 이틀 안에 승인하거나 되돌려 \
        보냅니다. 반차는 오전과 오후로 나뉘며, 하루 전까지 신청해야 합니다. 남은 휴가는 다음 해 3월 \
        말까지 쓸 수 있고, 그 뒤에는 사라집니다. 병가는 사흘째부터 진단서를 내야 하며, 회사가 급여를 \
        그대로 지급합니다. 궁금한 점은 인사팀 게시판에 남겨 주세요.
        """,
        """
        def moving_average(values, width):
            total, result = 0.0, []
            for index, value in enumerate(values):
                total += value
                if index >= width:
                    total -= values[index - width]
                result.append(total / min(index + 1, width))
            return result

        #include <stdio.h>
        int main(void) { for (int i = 0; i < 10; ++i) printf("%d\\n", i * i); return 0; }
        """,
        """
        Question: What is the capital of France, and how many people live there?
        Answer: Paris. About 2.1 million live within the city, and some 12 million in its region.
        Question: Name three primes between 20 and 40.
        Answer: 23, 29 and 31 are three of them; 37 is another one.
        """,
        """
        Prices 2024-03-15: EUR 1,299.00 / USD 1,417.85; tel. +82-2-1234-5678; e-mail a.b@c.example; \
        https://example.org/path?q=1&r=%20x. "Quoted" — dashes – and … dots; naïve café, Ωμέγα, \
        Здравствуйте, 日本語のテキスト, 😀👍🏽, tabs\tand   spaces, 3.14159e-10, 0xDEADBEEF.
        """,
    ]
}
